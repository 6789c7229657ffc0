"""Every answer from every state by every role, in every order, with two workers of which either may
be killed: whatever is drawn, the promises hold after each step (I1-I12).

The suite plays the same stories each time. `ENCOMPASS_MACHINE_SEED` draws others ("random": never
the same), `ENCOMPASS_MACHINE_EXAMPLES` so many, for a long run by hand; a failing run prints its
seed. Shrinking takes minutes: with `ENCOMPASS_MACHINE_UNSHRUNK` the story is shown as it was found.
"""

import os
import random
import sys
from itertools import count
from pathlib import Path
from typing import cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.databases import Postgres
from tests.machine.every_answer import EveryAnswer

EXAMPLES = {"sqlite": 7, "postgres": 3}
STEPS = 28
_SEED = 20261122


def test_every_answer_in_every_order(
    engine: str, template: Path | Postgres, tmp_path: Path
) -> None:
    given = os.environ.get("ENCOMPASS_MACHINE_SEED") or _SEED
    chosen = random.randrange(2**32) if given == "random" else int(given)
    sys.stdout.write(f"ENCOMPASS_MACHINE_SEED={chosen}\n")
    folders = (tmp_path / str(number) for number in count())

    def machine() -> EveryAnswer:
        return EveryAnswer(template, next(folders))

    examples = int(os.environ.get("ENCOMPASS_MACHINE_EXAMPLES") or EXAMPLES[engine])
    one_look = bool(os.environ.get("ENCOMPASS_MACHINE_UNSHRUNK"))
    run_state_machine_as_test(
        seed(chosen)(cast(type[RuleBasedStateMachine], machine)),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate] if one_look else [Phase.generate, Phase.shrink],
            verbosity=Verbosity.verbose if one_look else Verbosity.normal,
        ),
    )

"""The steps of the first day as a page shows them, each with the page on which it is done."""

from collections.abc import Sequence
from typing import Any

from bot.flow.first_day import LACKING, NAMES, PAGES, WHY, Standing

_MOST_SCHOOLS = 20
"""Named of a step; how many more there are is said."""


def shown_steps(steps: Sequence[Standing]) -> dict[str, Any]:
    """What `first_day.html` is given."""
    return {
        "steps": steps,
        "step_names": NAMES,
        "step_why": WHY,
        "step_lacking": LACKING,
        "step_pages": PAGES,
        "step_schools": _MOST_SCHOOLS,
    }

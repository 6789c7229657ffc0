"""Six thousand forged, replayed, foreign and permuted presses change nothing and get one answer.

How many: 6,000 straight to Telegram's door as raw updates, their answers taken at the notifier; 60
more the whole way, over the sandbox. On PostgreSQL a tenth. Together with `test_forged_visits`
they are the ten thousand.
"""

import os
import sys
from typing import Any

from sqlalchemy import select

from bot.domain.people import Channel
from bot.store.tables import metadata
from tests.forged.presses import Forged, presses
from tests.forged.town import build
from tests.world import World

SEED = int(os.environ.get("ENCOMPASS_CANARY_SEED", "20261116"))
NOTHING = {"en": "There is nothing here.", "cy": "Nid oes dim yma."}
HEARD = {"telegram_updates", "leases", "pace", "chats"}
"""What was heard, and by whom when: a press that changes nothing is written down there."""
_A_LOOK = 250


async def fingerprint(world: World) -> dict[str, str]:
    """All that the database holds, but for what was heard and when a session was last used."""
    found = {}
    async with world.ctx.store.reading() as tx:
        for name, table in metadata.tables.items():
            if name not in HEARD:
                columns = [c for c in table.columns if (name, c.name) != ("sessions", "used_at")]
                found[name] = str(sorted(map(str, await tx.all(select(*columns)))))
    return found


class Answers:
    """What each press was answered, taken where the answer leaves for Telegram."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self.said: dict[str, str] = {}

    async def answer_press(self, press_id: str, text: str, *, alert: bool) -> None:
        self.said[press_id] = text

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


async def test_a_forged_press_is_answered_as_if_nothing_were_there_and_changes_nothing(
    world: World, engine: str
) -> None:
    sys.stdout.write(f"ENCOMPASS_CANARY_SEED={SEED}\n")
    town = await build(world)
    world.everyone_is_accounted_for()
    count = 6000 if engine == "sqlite" else 600
    before = await fingerprint(world)
    answers = Answers(world.ctx.notifiers[Channel.TELEGRAM])
    handle, whole = world.app.hearer.handle, world.ctx.notifiers
    assert handle is not None
    world.ctx.notifiers = {Channel.TELEGRAM: answers}
    fired: list[Forged] = []
    for number, press in enumerate(presses(town, SEED, count), 1):
        await handle(press.raw(town, number))
        fired.append(press)
        assert answers.said.get(str(number)) == NOTHING[town.language(press.name)], press
        if number % _A_LOOK == 0:
            assert await fingerprint(world) == before, fired[-_A_LOOK:]
    world.ctx.notifiers = whole
    assert len(fired) == count
    assert await fingerprint(world) == before


async def test_the_same_over_the_whole_way(world: World) -> None:
    town = await build(world)
    world.everyone_is_accounted_for()
    before = await fingerprint(world)
    fired = [
        (press, world.phone(press.name).sandbox.press_data(press.data))
        for press in presses(town, SEED + 1, 60)
        if press.message_id is None
    ]
    await world.settle()
    for press, pressed in fired:
        assert pressed.answer is not None
        assert pressed.answer.text == NOTHING[town.language(press.name)], press
    assert await fingerprint(world) == before


async def test_the_rule_says_of_real_presses_that_they_are_no_forgeries(world: World) -> None:
    """Lest everything counted as forged: what people may, they can."""
    town = await build(world)
    world.everyone_is_accounted_for()
    before = await fingerprint(world)
    number = next(n for n, duty in town.duties.items() if duty.leg == "school")
    assert town.may("Mair", number)
    assert not town.may("Rhys", number)
    await world.phone("Mair").press_data(f"r:{number}")
    assert await fingerprint(world) != before
    world.everyone_is_accounted_for()

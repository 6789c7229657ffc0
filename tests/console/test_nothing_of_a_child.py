"""Marked notices, and every page of the console read by everybody who has one: no byte of it holds
what a child's data looks like, in whatever form (I12)."""

from pathlib import Path

import pytest

from tests.canary.ears import AT_THE_PAGE as AT_READER
from tests.canary.ears import Ears
from tests.canary.marks import SEED, notices
from tests.canary.story import EXCLUDABLE, SCHOOLS, Story, begun
from tests.canary.test_canaries import ears, nothing_leaked
from tests.console.visits import addresses, link_in, steps_up, token_of
from tests.page.reader import Reader

__all__ = ["ears"]
_PAGES = [*addresses("GET"), *(f"/console/alerts/{number}" for number in range(2, 13)), "/me"]


async def reads_all_of_it(story: Story, name: str) -> int:
    """Every page, and every form with nothing in it; how many pages there were."""
    world, read = story.world, 0
    phone = world.phone(name)
    phone.sandbox.say("/console")
    await story.settle()
    message = next(m for m in reversed(phone.sandbox.messages) if any(m.buttons))
    reader = Reader(world)
    await reader.get(link_in(message))
    await reader.press("Open it")
    await steps_up(reader)
    form = {"form": token_of(reader)}
    for path in _PAGES:
        await reader.get(path)
        read += reader.status == 200
    for path in [*addresses("POST"), *(f"/console/alerts/{n}/close" for n in range(2, 13))]:
        await reader.post(path, form)
    return read


async def test_no_page_holds_anything_of_a_child(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ears: Ears,
) -> None:
    async with begun(database, tmp_path, ears, monkeypatch) as story:
        await story.world.opens_details_on_the_page()
        batch = notices(SEED, 1901, 4, SCHOOLS, EXCLUDABLE)
        await story.send(batch)
        token = AT_READER.set("Coordinator")
        assert await reads_all_of_it(story, "Coordinator") > 20
        await story.the_desk_decides()
        await story.everybody_presses("a:", batch)
        assert await reads_all_of_it(story, "Coordinator") > 20
        AT_READER.set("Desk")
        assert await reads_all_of_it(story, "Desk") > 5
        AT_READER.reset(token)
        nothing_leaked(ears, capsys)
        assert sum(n for place, n in ears.places.items() if "/console" in place) > 100

"""The same at the secure page: every role goes in by a link and by the Mini App, with wrong codes,
on wrong ways and under troubles of the page's own."""

from pathlib import Path
from typing import Any

import pytest

from tests.canary.ears import Ears
from tests.canary.marks import SEED, Marked, notices
from tests.canary.story import EXCLUDABLE, SCHOOLS, STAFF, Story, begun
from tests.canary.test_canaries import (
    ears,
    nothing_leaked,
    views_held_what_they_should,
    who_was_excluded_learnt_nothing,
)
from tests.canary.troubles import AT_THE_PAGE

__all__ = ["ears"]
_WAYS: dict[str, dict[str, Any]] = {
    "link": {},
    "mini_app": {"public_url": "https://encompass.example", "details_in": None},
}


async def everybody_reads(story: Story, batch: list[Marked], by: str) -> int:
    """Each person goes in from each card of theirs."""
    if by == "link":
        await story.everybody_presses("o:", batch)
    read = 0
    for name in (somebody.name for somebody in STAFF):
        for card, number in story.cards_with_a_way_in(name, batch):
            if not any(b.url or b.web_app for row in card.buttons for b in row):
                continue  # they recused themselves at their other card
            await story.reads_the_page(name, card, number, by=by)
            read += 1
            await story.world.advance(seconds=1)  # the next start is another one
    await story.settle()
    return read


@pytest.mark.parametrize("by", _WAYS)
async def test_at_the_page_under_every_trouble(
    by: str,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ears: Ears,
) -> None:
    async with begun(database, tmp_path, ears, monkeypatch) as story:
        await story.world.opens_details_on_the_page(unlock_code="required", **_WAYS[by])
        for number, (name, trouble) in enumerate(AT_THE_PAGE.items()):
            batch = notices(SEED, 901 + number, 1, SCHOOLS, EXCLUDABLE)
            if name == "nothing":
                story.in_quiet |= {notice.number for notice in batch}
            await story.send(batch)
            await story.the_desk_decides()
            with monkeypatch.context() as failing:
                trouble(story, failing, batch)
                await everybody_reads(story, batch, by)
            assert await everybody_reads(story, batch, by) > 0
        await ears.in_the_database(story.world.ctx)
        nothing_leaked(ears, capsys)
        views_held_what_they_should(story)
        who_was_excluded_learnt_nothing(story)
        assert await story.world.breaches() == []
    nothing_leaked(ears, capsys)

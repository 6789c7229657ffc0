"""A child's data leaves to those who may see it, where they opened it, and to nobody else: marked
notices, every role, what leaves overheard as it leaves (I12, I3).

How many: a notice under each trouble goes the whole way over HTTP, with everybody pressing and
asking, on SQLite; a part of the troubles on PostgreSQL. `test_canaries_in_bulk` goes with hundreds
more straight to the words. `test_canaries_at_the_page` opens them there.
"""

import sys
from pathlib import Path

import pytest

from bot.sandbox.faults import Kind
from tests.canary.ears import Ears
from tests.canary.marks import SEED, Marked, notices
from tests.canary.story import EXCLUDABLE, SCHOOLS, STAFF, Story, begun
from tests.canary.troubles import IN_THE_CHAT, Trouble

A_BATCH = 1


def _troubles(third: int, engine: str) -> list[Trouble]:
    """None at all, and a third of them; on PostgreSQL every third of those, since what is said does
    not depend on the engine and what is stored is looked through on both."""
    quiet, *others = IN_THE_CHAT.values()
    theirs = others[third::3]
    return [quiet, *(theirs if engine == "sqlite" else theirs[:1])]


@pytest.fixture
def ears() -> Ears:
    sys.stdout.write(f"ENCOMPASS_CANARY_SEED={SEED}\n")
    return Ears(STAFF)


async def in_the_chat(
    story: Story, batch: list[Marked], trouble: Trouble, patch: pytest.MonkeyPatch
) -> None:
    """One batch from its sending to its end, everything said and pressed on the way."""
    with patch.context() as failing:
        trouble(story, failing, batch)
        if trouble is IN_THE_CHAT["nothing"]:
            story.in_quiet |= {notice.number for notice in batch}
        await story.send(batch)
        if story.world.sandbox.faults.stands(Kind.DOWN):  # nobody can press then
            await story.world.advance(seconds=10)
            story.world.sandbox.faults.clear()
            await story.world.advance(seconds=10)
        await story.everybody_presses("o:", batch)
        for _ in range(8):
            if not await story.everybody_presses("p:", batch):
                break
        await story.everybody_presses("a:", batch, "Rhys", "Nia", "Lowri")
    story.world.sandbox.faults.clear()
    story.world.phone("Rhodri").sandbox.unblock()
    await story.world.advance(seconds=70)  # what failed is done now; views are hidden
    await story.send(batch)
    await story.the_desk_decides()
    await story.everybody_presses("o:", batch)
    await story.everybody_presses_what_is_not_theirs()
    revised = [n.revised(release=("voice",) if n.number % 2 else ()) for n in batch[::2]]
    await story.send(revised)
    for notice in batch:
        await story.post(f"/{story.reference(notice)}/updates", {"text": notice.text("up")})
    await story.settle()
    await story.everybody_says_something()
    await story.everybody_presses("o:", batch)
    await story.everybody_presses("h:", batch, "Mair", "Desk")
    await story.asks_amiss(story.ears.notices[batch[0].number])
    for notice in batch[1::4]:
        await story.post(f"/{story.reference(notice)}/withdrawal", {"reason": notice.text("wi")})
    await story.everybody_presses("r:", batch[2::4])
    await story.everybody_presses("a:", batch)
    await story.world.advance(minutes=2)


async def everything_else_is_asked(story: Story, database: str, patch: pytest.MonkeyPatch) -> None:
    """What is there to be read at the end by whoever it is."""
    ears, world = story.ears, story.world
    for path in (
        "/metrics", "/health/live", "/health/ready", "/api/v1/openapi.json", "/nowhere",
        "/static/details.js", "/static/details.css", "/static/app.js", "/static/x", "/app",
        "/ended",
        "/open/1.x", "/alert/1", "/alert/1/why",
    ):  # fmt: skip
        for accept in ("text/html", "application/json"):
            await world.http.get(path, headers={"accept": accept})
    patch.setenv("ENCOMPASS_DATABASE_URL", database)
    reference = story.reference(next(iter(ears.notices.values())))
    for command in (
        ["status"], ["status", "--json"], ["status", reference], ["status", reference, "--json"],
        ["disclosures", reference], ["disclosures", reference, "--json"],
        ["report", "--from", "2026-11-01", "--to", "2026-11-30"],
        ["route", "--school", SCHOOLS[0], "--at", "2026-11-30T07:10"], ["check"],
    ):  # fmt: skip
        await ears.at_the_command_line(*command)
    await ears.in_the_database(world.ctx)
    for phone in world.sandbox.phones.values():  # what stands in the chats now, hours later
        for message in phone.messages:
            buttons = [(b.text, b.data, b.url) for row in message.buttons for b in row]
            ears.hear("chat at the end", f"{message.text} {buttons}")


def who_was_excluded_learnt_nothing(story: Story) -> None:
    for reference, number in story.by_reference.items():
        for name in (s.name for s in STAFF if s.id in story.ears.notices[number].excluded):
            for message in story.world.phone(name).sandbox.received:
                said = [f"{version.text} {version.buttons}" for version in message.history]
                assert reference not in "".join(said), f"{name} is excluded from {reference}"


def nothing_leaked(ears: Ears, streams: pytest.CaptureFixture[str]) -> None:
    for stream in streams.readouterr():
        ears.hear("the process's own streams", stream)
    assert not ears.leaks, "\n".join(sorted(set(ears.leaks))[:40])


def views_held_what_they_should(story: Story) -> None:
    """The other way round, lest all this passes on nothing: who opened it in quiet saw all that the
    table shows, and under a trouble something of it still."""
    held = [key for key, shown in story.expected.items() if shown]
    assert any(story.ears.notices[number].number in story.in_quiet for _, number in held)
    for key in held:
        missing = story.expected[key] - story.ears.seen[key]
        if key[1] in story.in_quiet:
            assert not missing, f"{key[0]} was not shown {sorted(missing)} of notice {key[1]}"
        assert missing != story.expected[key], f"{key[0]} was shown nothing of notice {key[1]}"


@pytest.mark.parametrize("third", range(3))
async def test_in_the_chat_under_every_trouble(
    third: int,
    database: str,
    engine: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ears: Ears,
) -> None:
    async with begun(database, tmp_path, ears, monkeypatch) as story:
        for number, trouble in enumerate(_troubles(third, engine)):
            batch = notices(SEED, 1 + number, A_BATCH, SCHOOLS, EXCLUDABLE)
            await in_the_chat(story, batch, trouble, monkeypatch)
        await everything_else_is_asked(story, database, monkeypatch)
        nothing_leaked(ears, capsys)
        views_held_what_they_should(story)
        who_was_excluded_learnt_nothing(story)
        assert await story.world.breaches() == []
    nothing_leaked(ears, capsys)

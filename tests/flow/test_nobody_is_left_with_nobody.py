"""I11 of everything that changes what is in force: from any sequence of edits, imports, restores
and leavers no version leaves a school or a duty with nobody to tell that had somebody, or the
change is refused, whole, and says which.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import HandClock
from bot.domain.errors import ConflictError, NotFoundError, RefusedError
from bot.domain.nobody_to_tell import nobody_to_tell
from bot.domain.people import Channel, Role
from bot.domain.routing import InForce
from bot.flow import drafts, versions
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply, export
from bot.flow.in_force import in_force
from bot.flow.leave import leave
from bot.intake.directory_csv import DirectoryFile
from bot.store import config
from bot.store.directory import bind_contact
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.domain.town import a_person, a_school
from tests.world import CONFIG, MONDAY_AT_SEVEN

SCHOOLS = (a_school(), a_school("Ysgol Mor", "9992010"))
PEOPLE = (
    a_person("mair", Role.DSP, SCHOOLS[0].code),
    a_person("owen", Role.DEPUTY_DSP, SCHOOLS[0].code),
    a_person("sian", Role.DSP, SCHOOLS[1].code),
    a_person("head", Role.HEAD_TEACHER, SCHOOLS[1].code),
    a_person("nia", Role.SCHOOL_NURSE, teams=[SCHOOLS[0].nurse_team]),
    a_person("lead", Role.NURSE_LEAD, everywhere=True),
    a_person("safe", Role.EDUCATION_SAFEGUARDING, everywhere=True),
    a_person("desk", Role.MASH_DESK, everywhere=True),
    a_person("anna", Role.COORDINATOR, everywhere=True),
    a_person("bryn", Role.COORDINATOR, everywhere=True),
)
PLAIN = [replace(person, contacts=()) for person in PEOPLE]
SETTLED_BY = '["dsp", "deputy_dsp"]'
ROLES = ['["dsp"]', '["deputy_dsp"]', '["head_teacher", "dsp"]', '["education_safeguarding"]']

Move = tuple[str, int]
MOVES = st.one_of(
    st.tuples(st.just("import"), st.integers(0, 2 ** len(PEOPLE) - 1)),
    st.tuples(st.just("edit"), st.integers(0, len(ROLES) + 1)),
    st.tuples(st.just("restore"), st.integers(1, 12)),
    st.tuples(st.just("leave"), st.integers(0, len(PEOPLE) - 1)),
)


async def picture(ctx: Context) -> InForce:
    async with ctx.store.reading() as tx:
        return await in_force(ctx, tx)


async def settle_in(ctx: Context) -> None:
    await take_config(ctx, read_config(CONFIG))
    await apply(ctx, [DirectoryFile(schools=list(SCHOOLS)), DirectoryFile(people=PLAIN)])
    async with ctx.store.unit() as tx:
        for number, person in enumerate(PEOPLE):
            await bind_contact(tx, person.id, Channel.TELEGRAM, str(7000 + number), ctx.now())


async def edit(ctx: Context, choice: int) -> None:
    """Somebody else settles the school's ladder, or a leg is switched off."""
    body = (CONFIG / "escalation.toml").read_text()
    if choice < len(ROLES):
        chosen = ROLES[choice]
        body = body.replace(f"settled_by = {SETTLED_BY}", f"settled_by = {chosen}")
        body = body.replace('tell = ["dsp"]', f"tell = {chosen}")
    else:
        leg = ("school", "nurse")[choice - len(ROLES)]
        body = body.replace(f"[policies.{leg}]", f"[policies.{leg}]\nenabled = false")
    await drafts.put_in_force(ctx, await drafts.start(ctx, "escalation", body, reason="asked"))


async def make(ctx: Context, move: Move) -> None:
    match move:
        case "import", kept:
            named = [p for n, p in enumerate(PLAIN) if kept >> n & 1]
            await apply(ctx, [DirectoryFile(people=named)])
        case "edit", choice:
            await edit(ctx, choice)
        case "restore", number:
            await drafts.restore(ctx, number, reason="as it was")
        case "leave", number:
            await leave(ctx, PEOPLE[number].id, by="anna")


async def story(template: Path | Postgres, folder: Path, moves: Sequence[Move]) -> int:
    """Make each move; how many were refused."""
    refused = 0
    async with fresh_database(template, folder) as url:
        ctx = Context.on(url, HandClock(MONDAY_AT_SEVEN))
        try:
            await settle_in(ctx)
            for move in moves:
                before, was = await picture(ctx), await export(ctx)
                try:
                    await make(ctx, move)
                except RefusedError as error:
                    refused += 1
                    said = str(error)
                    assert await export(ctx) == was, "a refused change is refused whole"
                    assert (await picture(ctx)).policies == before.policies
                    assert "would" in said or "could be told" in said, said
                except (ConflictError, NotFoundError):
                    pass  # what was asked for is so already, or there is no such version or person
                else:
                    after = {nobody.place for nobody in nobody_to_tell(await picture(ctx))}
                    new = after - {nobody.place for nobody in nobody_to_tell(before)}
                    assert move[0] == "leave" or not new, (move, new)
            await every_change_is_in_the_chain(ctx)
        finally:
            await ctx.store.close()
    return refused


async def every_change_is_in_the_chain(ctx: Context) -> None:
    """Each version says which it took the place of: none is lost, and the last is in force."""
    listed = await versions.history(ctx, "directory") + await versions.history(ctx, "escalation")
    for kind in ("directory", "escalation"):
        chain = [one for one in listed if one.kind == kind]
        assert [one.made_from for one in chain[:-1]] == [one.id for one in chain[1:]]
    stored = await export(ctx)
    newest = next(one for one in listed if one.kind == "directory")
    held = versions.directory_of(newest.body)
    assert dict(held.people) == dict(stored.people)
    async with ctx.store.reading() as tx:
        assert (await config.numbers(tx))["directory"] == newest.id


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(MOVES, min_size=3, max_size=8))
def test_no_sequence_of_changes_leaves_a_duty_with_nobody(
    template: Path | Postgres, tmp_path: Path, moves: list[Move]
) -> None:
    asyncio.run(story(template, tmp_path, moves))


EVERYBODY = 2 ** len(PEOPLE) - 1
REFUSED: dict[str, list[Move]] = {
    "the only people of a school": [("import", EVERYBODY & ~0b11)],
    "the only desk": [("import", EVERYBODY & ~(1 << 7))],
    "every coordinator": [("import", EVERYBODY & ~(0b11 << 8))],
    "a role that one school has not": [("edit", 1)],
}


@pytest.mark.parametrize("moves", REFUSED.values(), ids=REFUSED)
def test_what_would_leave_somebody_with_nobody_is_refused(
    template: Path | Postgres, tmp_path: Path, moves: list[Move]
) -> None:
    assert asyncio.run(story(template, tmp_path, moves)) == 1


async def test_of_two_who_put_drafts_of_one_version_in_force_one_is_told(database: str) -> None:
    one, other = (Context.on(database, HandClock(MONDAY_AT_SEVEN)) for _ in range(2))
    try:
        await settle_in(one)
        body = (CONFIG / "escalation.toml").read_text()
        numbers = [
            await drafts.start(one, "escalation", body.replace('"4h"', span), reason="asked")
            for span in ('"3h"', '"2h"')
        ]
        came = await asyncio.gather(
            drafts.put_in_force(one, numbers[0]),
            drafts.put_in_force(other, numbers[1]),
            return_exceptions=True,
        )
        assert sorted(type(each).__name__ for each in came) == ["ConflictError", "int"]
        [waits] = await drafts.open_drafts(one)
        trial = await drafts.tried(one, waits.id)
        assert trial.conflict is not None
        assert trial.conflict.theirs
        assert trial.changes
    finally:
        await one.store.close()
        await other.store.close()

"""Invitations in the console: a sheet of one-time codes for those who have not enrolled, and word
by e-mail that one waits, which opens nothing."""

import re

import pytest
from sqlalchemy import select

from bot.domain.people import Role
from bot.domain.school import School
from bot.store.tables import enrolment_codes, events
from tests.console.visits import enters, steps_up, token_of
from tests.page.reader import Reader
from tests.world import World

HERE = "/console/directory/invitations"
_SLIP = re.compile(r'<section class="slip" lang="(\w\w)">(.*?)</section>', re.DOTALL)


@pytest.fixture
async def gwen(world: World, bryn: School) -> School:
    """Of two who have not enrolled one covers the school, and one a nurse team."""
    await world.person(
        "Gwen", Role.HEAD_TEACHER, schools=[bryn.code], language="cy", enrolled=False,
        email="gwen@ysgol.example",
    )  # fmt: skip
    await world.person("Nia", Role.SCHOOL_NURSE, teams=[bryn.nurse_team], enrolled=False)
    return bryn


async def at_invitations(world: World, *, first: bool = True) -> Reader:
    reader = await enters(world, "Coordinator")
    await steps_up(reader)
    if first:
        world.phone("Coordinator").expects("code.chosen")
    await reader.get(HERE)
    return reader


def slips(reader: Reader) -> dict[str, tuple[str, str]]:
    """By name: the language of the slip, and its code."""
    found = {}
    for language, text in _SLIP.findall(reader.page):
        name = text.partition("<h2>")[2].partition("</h2>")[0]
        code = text.partition("<code>")[2].partition("</code>")[0]
        assert f"?start={code}" in text
        found[name] = (language, code)
    return found


async def test_a_sheet_has_a_slip_for_each_who_is_not_enrolled_and_its_code_enrols(
    world: World, gwen: School
) -> None:
    reader = await at_invitations(world)
    assert reader.shows("Ysgol Bryn", "Gwen", f"Nurse team {gwen.nurse_team}", "Nia")
    assert "Mair" not in reader.page
    await reader.press("Make a sheet for everyone here")
    made = slips(reader)
    assert {name: language for name, (language, _) in made.items()} == {"Gwen": "cy", "Nia": "en"}
    assert reader.shows("pennaeth", "Mae'n gweithio unwaith", "It works once")
    nia = world.phone("Nia")
    await nia.says(f"/start {made['Nia'][1]}")
    nia.expects("answer.welcome")
    await reader.get(HERE)
    assert "Nia" not in reader.page
    assert reader.shows("Gwen", "a code is good until")
    world.everyone_is_accounted_for()


async def test_only_those_ticked_are_invited_and_a_new_code_ends_the_one_before(
    world: World, gwen: School
) -> None:
    reader = await at_invitations(world)
    await reader.press("Make a sheet for those ticked")
    assert reader.status == 422
    assert reader.shows("Tick at least one school")
    ticked = {f"s{gwen.code}": "1"}
    await reader.press("Make a sheet for those ticked", **ticked)
    first = slips(reader)
    assert list(first) == ["Gwen"]
    await reader.get(HERE)
    await reader.press("Make a sheet for those ticked", **ticked)
    second = slips(reader)
    phone = world.phone("Gwen")
    await phone.says(f"/start {first['Gwen'][1]}")
    phone.expects("neutral")
    await phone.says(f"/start {second['Gwen'][1]}")
    phone.expects("answer.welcome")
    world.everyone_is_accounted_for()


async def test_a_code_is_kept_and_written_down_nowhere(world: World, gwen: School) -> None:
    reader = await at_invitations(world)
    await reader.press("Make a sheet for everyone here")
    codes = {code for _, code in slips(reader).values()}
    assert len(codes) == 2
    for path in ("/console/changes", HERE):
        await reader.get(path)
        assert not any(code in reader.page for code in codes)
    await reader.get("/console/changes")
    assert reader.shows("Gwen", "Coordinator")
    async with world.ctx.store.reading() as tx:
        rows = await tx.all(select(enrolment_codes.c.sha256))
        lines = await tx.all(select(events.c.detail))
    assert not any(code in str(row) for row in (*rows, *lines) for code in codes)
    world.everyone_is_accounted_for()


async def test_word_goes_by_email_where_it_is_set_up_and_opens_nothing(
    world: World, gwen: School
) -> None:
    reader = await at_invitations(world)
    assert "by e-mail" not in reader.page
    post = await world.has_second_ways(sms=False)
    await world.opens_details_on_the_page(**post.settings(sms=False))
    reader = await at_invitations(world, first=False)
    nurses = dict.fromkeys(re.findall(r'name="(t\w+)"', reader.page), "1")
    form = {"form": token_of(reader), f"s{gwen.code}": "1", **nurses}
    await reader.post(f"{HERE}/mail", form)
    assert reader.shows("Sent by e-mail: 1.")
    [text] = post.office.to("gwen@ysgol.example")
    assert "Coordinator" in text
    assert "start=" not in text
    assert "http" not in text
    await reader.post(f"{HERE}/mail", {"form": token_of(reader), **nurses})
    assert (reader.status, reader.shows("can be reached by e-mail")) == (422, True)
    world.everyone_is_accounted_for()


async def test_a_code_waits_for_the_unlock_code(world: World, gwen: School) -> None:
    reader = await enters(world, "Coordinator")
    await reader.get(HERE)
    assert reader.shows("the page asks for your unlock code")
    assert "Make a sheet" not in reader.page
    await reader.post(f"{HERE}/sheet", {"form": token_of(reader), "everyone": "1"})
    assert 'name="code"' in reader.page
    assert slips(reader) == {}
    await reader.get(HERE)
    assert "a code is good until" not in reader.page
    world.everyone_is_accounted_for()

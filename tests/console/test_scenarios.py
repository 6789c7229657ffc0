"""The kept scenarios in the console, and any two versions side by side."""

import re

import pytest

from bot.domain.school import School
from tests.console.visits import enters
from tests.page.reader import Reader
from tests.world import World

HERE = "/console/routing/scenarios"
FRIDAY = {
    "name": "a Friday evening",
    "at": "2026-11-20T19:00",
    "leg": "school",
    "w0.who": "dsp",
    "w0.after": "1",
    "w1.who": "deputy_dsp",
    "w1.bell": "-60",
    "not.head_teacher": "1",
    "reason": "asked for",
}


async def test_each_scenario_is_told_in_words_with_whether_it_holds_now(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(HERE)
    assert coordinator.shows(
        "a Monday before school, primary",
        "Ysgol Bryn, 07:10, Monday 30 November, School ladder, year 4",
        "designated safeguarding person: told within 1 min.",
        "deputy designated safeguarding person: told by 1 h before the bell.",
    )
    assert coordinator.shows("Does not hold", "due by 08:50, Monday 30 November, and not by 09:00")
    assert coordinator.shows("head teacher: never told.")


async def test_one_more_and_one_less_are_drafts_that_count_once_they_are_in_force(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(HERE)
    assert "a Friday evening</h2>" in coordinator.page, "one is kept already"
    await coordinator.press("Try it", **FRIDAY, school=bryn.code)
    assert coordinator.status == 422
    assert coordinator.shows("There is a scenario of this name already.")
    await coordinator.press("Try it", **FRIDAY | {"name": "Bryn"}, school=bryn.code)
    assert coordinator.shows("New scenario: Bryn.", "asked for")
    await coordinator.press("Put in force")
    await coordinator.get(HERE)
    holds = coordinator.page.partition("<h2>Bryn</h2>")[2].partition("</ul>")[0]
    assert ">Holds<" in holds
    assert "deputy designated safeguarding person: told by 1 h before the bell." in holds
    await removes(coordinator, "Bryn")
    assert coordinator.shows("Scenario gone: Bryn.")
    assert coordinator.page.count("Scenario gone") == 1
    await coordinator.press("Put in force")
    await coordinator.get(HERE)
    assert "<h2>Bryn</h2>" not in coordinator.page
    assert "a Friday evening</h2>" in coordinator.page


async def removes(reader: Reader, name: str) -> None:
    form = next(
        form
        for form in re.findall(r'action="/console/routing/scenarios/remove">(.*?)</form>',
                               reader.page, re.DOTALL)
        if f'name="name" value="{name}"' in form
    )  # fmt: skip
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    await reader.post(f"{HERE}/remove", hidden | {"reason": "no longer so"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "soon"}, "Choose a school and a date."),
        ({"year": "9x"}, "A year group is a whole number"),
        ({"w0.after": "-5"}, "Minutes are whole numbers"),
        ({"w0.who": "", "w1.who": "", "not.head_teacher": None}, "Say who must be told"),
    ],
)
async def test_a_scenario_that_tries_nothing_is_refused_in_a_sentence(
    world: World, bryn: School, coordinator: Reader, change: dict[str, str | None], said: str
) -> None:
    await coordinator.get(HERE)
    form = {**FRIDAY, "name": "Bryn", "school": bryn.code, **change}
    await coordinator.press("Try it", **{k: v for k, v in form.items() if v is not None})
    assert coordinator.status == 422
    assert coordinator.shows(said)
    assert 'value="Bryn"' in coordinator.page, "what was filled in stays"


async def test_any_two_versions_of_a_kind_are_compared_in_words(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await coordinator.get(HERE)
    await coordinator.press("Try it", **FRIDAY | {"name": "Bryn"}, school=bryn.code)
    await coordinator.press("Put in force")
    await coordinator.get("/console/routing")
    links = re.findall(r'href="(/console/routing/compare\?before=(\d+)&now=(\d+))"',
                       coordinator.page)  # fmt: skip
    address, before, now = links[0]
    await coordinator.get(address)
    assert coordinator.shows(f"from version {before} to version {now}", "New scenario: Bryn.")
    await coordinator.get(f"/console/routing/compare?before={now}&now={before}")
    assert coordinator.shows("Scenario gone: Bryn.")
    for numbers in ("before=1&now=2", "before=999&now=1", "before=x", ""):
        await coordinator.get(f"/console/routing/compare?{numbers}")
        assert coordinator.status == 404
        assert coordinator.shows("There are no two versions of one kind with these numbers.")


async def test_the_desk_finds_neither(world: World, bryn: School) -> None:
    desk = await enters(world, "Desk")
    for path in ("scenarios", "compare?before=1&now=1"):
        await desk.get(f"/console/routing/{path}")
        assert desk.status == 404
        assert not desk.shows("There are no two versions")

"""The directory in the console: found by a few letters, one school with who covers it, and what a
new authority still lacks."""

from bot.domain.school import School
from tests.console.visits import enters
from tests.page.reader import Reader
from tests.world import World


async def test_a_coordinator_finds_a_school_and_who_covers_it(world: World, bryn: School) -> None:
    reader = await enters(world, "Coordinator")
    await reader.get("/console/directory")
    await reader.press("Search", q="bryn")
    assert reader.path == "/console/directory", "no name stands in an address"
    assert reader.shows("1 school", "Ysgol Bryn")
    await reader.get(f"/console/directory/schools/{bryn.code}")
    assert reader.shows("Opens 08:50, closes 15:20", "Mair", "Owen", "can be told")
    assert not reader.shows("nobody can be told who could settle")
    await reader.get("/console/directory")
    await reader.press("Search", q="mai")
    assert reader.shows("1 person", "Mair")
    await reader.press("Search", q="atlantis")
    assert reader.shows("Nothing was found.")
    world.everyone_is_accounted_for()


async def test_a_school_that_nobody_covers_says_so(world: World, bryn: School) -> None:
    reader = await enters(world, "Coordinator")
    other = await world.school("Ysgol Glan")
    await reader.get(f"/console/directory/schools/{other.code}")
    assert reader.shows("Nobody covers this school", "nobody can be told who could settle")
    await reader.get("/console/directory/schools/0000000")
    assert reader.status == 404
    world.everyone_is_accounted_for()


async def test_with_nothing_asked_for_what_is_still_lacking_is_said_with_its_reason(
    world: World, bryn: School
) -> None:
    reader = await enters(world, "Coordinator")
    await reader.get("/console/directory")
    assert reader.shows("Before the first notice", "No drill has been acknowledged yet.")
    assert not reader.shows("There is no school in the directory yet.")
    world.everyone_is_accounted_for()


async def test_another_role_finds_nothing_there(world: World, bryn: School) -> None:
    desk = await enters(world, "Desk")
    await _is_absent(desk, "/console/directory")
    await _is_absent(desk, f"/console/directory/schools/{bryn.code}")
    world.everyone_is_accounted_for()


async def _is_absent(reader: Reader, path: str) -> None:
    await reader.get(path)
    assert reader.status == 404

"""The directory's import in the console: files are shown as what they would change, and imported as
they were shown or not at all; the newest import is taken back there."""

import pytest

from bot.domain.school import School
from bot.flow.directory import export
from bot.intake.people_csv import people_csv
from tests.console.visits import enters, steps_up
from tests.page.reader import Reader
from tests.world import World

HERE = "/console/directory/import"


@pytest.fixture
async def coordinator(world: World, bryn: School) -> Reader:
    reader = await enters(world, "Coordinator")
    await reader.get(HERE)
    await steps_up(reader)
    world.everyone_is_accounted_for()
    return reader


async def people_file(world: World, *more: str, without: str = "") -> str:
    """people.csv as it stands, with these lines more and without this person."""
    directory = await export(world.ctx)
    kept = [one for one in directory.people.values() if one.id != without]
    return people_csv(kept) + "".join(f"{line}\n" for line in more)


async def uploads(reader: Reader, *files: tuple[str, str | bytes]) -> None:
    await reader.get(HERE)
    await reader.upload(HERE, *files)


async def ids(world: World) -> set[str]:
    return set((await export(world.ctx)).people)


async def test_what_would_change_is_shown_and_then_imported_as_shown(
    world: World, bryn: School, coordinator: Reader
) -> None:
    text = await people_file(world, f"sian,Siân Example,head_teacher,{bryn.code},,cy,1,,,")
    text = text.replace("Mair,dsp", "Mair Newydd,dsp")
    await uploads(coordinator, ("people.csv", text))
    assert coordinator.shows("What would change", "From people.csv", "Siân Example", "Mair Newydd")
    assert coordinator.shows("New: 0 schools, 1 person", "Changed: 0 schools, 1 person")
    assert "sian" not in await ids(world)
    await coordinator.press("Import")
    assert coordinator.shows("Imported: 1 new, 1 changed, 0 gone.")
    assert "sian" in await ids(world)
    await coordinator.get(HERE)
    assert not coordinator.shows("What would change")
    assert coordinator.shows("The last import", "Coordinator")
    world.everyone_is_accounted_for()

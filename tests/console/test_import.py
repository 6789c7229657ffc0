"""The directory's import in the console: files are shown as what they would change, and imported as
they were shown or not at all; the newest import is taken back there."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.domain.people import Person, Role
from bot.domain.school import School
from bot.flow.console_import import forget_old_uploads
from bot.flow.directory import export, foresee
from bot.flow.import_columns import remembered
from bot.flow.import_preview import mark_of
from bot.intake.directory_csv import read_directory_files
from bot.intake.people_csv import people_csv
from bot.intake.schools_csv import schools_csv
from bot.store import directory
from bot.store.tables import uploads as uploads_table
from bot.web.uploads import MOST_BYTES
from tests.console.visits import enters, steps_up, token_of
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


async def everyone(world: World) -> list[Person]:
    return list((await export(world.ctx)).people.values())


async def mark_shown(world: World, text: str) -> str:
    """The mark of what this people.csv would change, as a page would carry it."""
    files = read_directory_files([("people.csv", text.encode())])
    async with world.ctx.store.reading() as tx:
        return mark_of(await foresee(world.ctx, tx, files))


async def kept(world: World) -> int:
    """How many uploads there are."""
    async with world.ctx.store.reading() as tx:
        return int(await tx.scalar(select(func.count()).select_from(uploads_table)))


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


async def test_several_files_go_together_and_a_drop_keeps_nothing(
    world: World, bryn: School, coordinator: Reader
) -> None:
    directory = await export(world.ctx)
    glan = "9992099,Ysgol Glan,,,primary,08:50,15:20,wales-2026,,\n"
    schools = schools_csv(directory.schools.values())
    calendar = directory.schools[bryn.code].calendar
    people = await people_file(world, "ann,Ann,dsp,9992099,,en,1,,,")
    files = (
        ("schools.csv", schools + glan.replace("wales-2026", calendar)),
        ("people.csv", people),
    )
    await uploads(coordinator, *files)
    assert coordinator.shows("New: 1 school, 1 person", "Ysgol Glan")
    await coordinator.press("Drop these files")
    assert coordinator.shows("The files were dropped.")
    await coordinator.get(HERE)
    assert not coordinator.shows("What would change")
    await uploads(coordinator, *files)
    await coordinator.press("Import")
    assert coordinator.shows("Imported: 2 new, 0 changed, 0 gone.")
    world.everyone_is_accounted_for()


async def test_what_is_wrong_is_said_by_file_and_line_and_nothing_can_be_imported(
    world: World, bryn: School, coordinator: Reader
) -> None:
    wrong = await people_file(world, "x y,,dsp,9999999,,fr,1,,,")
    await uploads(coordinator, ("people.csv", wrong), ("notes.csv", "a,b\n1,2\n"))
    line = wrong.count("\n")
    assert coordinator.shows("are wrong in the files", f"people.csv line {line}, language")
    assert coordinator.shows(f"people.csv line {line}, name: must not be empty", "notes.csv line 1")
    assert ">Import</button>" not in coordinator.page
    await uploads(coordinator, ("broken.xlsx", b"PK\x03\x04 no workbook"))
    assert coordinator.shows("broken.xlsx")
    assert coordinator.status == 200
    world.everyone_is_accounted_for()


async def test_an_import_that_leaves_a_duty_with_nobody_is_refused_and_says_which(
    world: World, bryn: School, coordinator: Reader
) -> None:
    before = await ids(world)
    alone = people_csv([one for one in await everyone(world) if one.role is not Role.DSP])
    alone = "\n".join(line for line in alone.splitlines() if ",deputy_dsp," not in line)
    await uploads(coordinator, ("people.csv", alone))
    assert coordinator.shows("it would leave these with nobody", "Ysgol Bryn")
    assert ">Import</button>" not in coordinator.page
    # Whoever sends the form all the same is told so.
    number = coordinator.page.partition("/import/")[2].partition("/")[0]
    mark = await mark_shown(world, alone)
    form = {"form": token_of(coordinator), "mark": mark}
    await coordinator.post(f"{HERE}/{number}/put", form)
    assert coordinator.status == 409
    assert coordinator.shows("it would leave these with nobody", "Ysgol Bryn")
    assert await ids(world) == before
    world.everyone_is_accounted_for()


async def test_a_directory_that_changed_meanwhile_is_shown_anew_instead(
    world: World, bryn: School, coordinator: Reader
) -> None:
    text = await people_file(world, f"sian,Siân,head_teacher,{bryn.code},,cy,1,,,")
    await uploads(coordinator, ("people.csv", text))
    await world.change("Mair", order=7)
    await coordinator.press("Import")
    assert coordinator.status == 409
    assert coordinator.shows("The directory has changed since this was shown.", "Changed: 0")
    assert "sian" not in await ids(world)
    await coordinator.press("Import")
    assert coordinator.shows("Imported: 1 new, 1 changed, 0 gone.")
    world.everyone_is_accounted_for()


async def test_an_upload_is_its_owners_alone_the_newest_alone_and_an_hours_at_most(
    world: World, bryn: School, coordinator: Reader
) -> None:
    await world.person("Ceri", Role.COORDINATOR, everywhere=True)
    other = await enters(world, "Ceri")
    await steps_up(other)
    world.phone("Ceri").expects("code.chosen")
    text = await people_file(world, f"sian,Siân,head_teacher,{bryn.code},,cy,1,,,")
    await uploads(coordinator, ("people.csv", text))
    first = coordinator.page.partition("/import/")[2].partition("/")[0]
    await other.get(HERE)
    assert not other.shows("What would change")
    for deed in ("put", "drop", "list"):
        await other.post(f"{HERE}/{first}/{deed}", {"form": token_of(other), "mark": ""})
        assert (other.status, other.shows("no longer kept")) == (409, True)
    await uploads(coordinator, ("people.csv", text.replace("Siân", "Gwen")))
    assert coordinator.shows("Gwen")
    await coordinator.post(f"{HERE}/{first}/put", {"form": token_of(coordinator), "mark": ""})
    assert (coordinator.status, coordinator.shows("no longer kept")) == (409, True)
    await world.advance(minutes=59)
    await forget_old_uploads(world.ctx)
    later = await enters(world, "Coordinator")
    await later.get(HERE)
    assert later.shows("Gwen")
    await world.advance(minutes=2)
    await later.get(HERE)
    assert not later.shows("Gwen")
    assert await kept(world) == 1
    await forget_old_uploads(world.ctx)
    assert await kept(world) == 0
    world.everyone_is_accounted_for()


async def test_the_newest_import_is_taken_back_or_says_why_not(
    world: World, bryn: School, coordinator: Reader
) -> None:
    before = await ids(world)
    text = await people_file(world, f"sian,Siân,head_teacher,{bryn.code},,cy,1,,,")
    text = text.replace("Mair,dsp", "Mair Newydd,dsp")
    await uploads(coordinator, ("people.csv", text))
    await coordinator.press("Import")
    await coordinator.get(HERE)
    await coordinator.press("Take it back")
    assert coordinator.shows("Taken back: 0 new, 1 changed, 1 gone.")
    assert await ids(world) == before
    await uploads(coordinator, ("people.csv", text))
    await coordinator.press("Import")
    await coordinator.get(HERE)
    number = coordinator.page.partition("/import/undo/")[2].partition('"')[0]
    form = {"form": token_of(coordinator)}
    person = (await export(world.ctx)).people["mair"]
    async with world.ctx.store.unit() as tx:
        await directory.put(tx, [], [replace(person, order=7)])
        await directory.changed(tx)
    await coordinator.post(f"{HERE}/undo/{number}", form)
    assert (coordinator.status, coordinator.shows("that would lose")) == (409, True)
    assert coordinator.shows("mair: has been changed since the import")
    await world.change("Mair", order=3)
    await coordinator.post(f"{HERE}/undo/{number}", form)
    assert (coordinator.status, coordinator.shows("no longer the last import")) == (409, True)
    world.everyone_is_accounted_for()


async def test_a_published_list_asks_for_what_it_does_not_say(
    world: World, bryn: School, coordinator: Reader
) -> None:
    listed = (
        "School Number,School Name,LA Code,Local Authority,Sector\n"
        "9992050,Ysgol Newydd,999,Example,Primary\n"
    )
    await uploads(coordinator, ("schools.csv", listed))
    assert coordinator.shows("What a published list does not say", "Opens at: must be given")
    calendar = (await export(world.ctx)).schools[bryn.code].calendar
    await coordinator.press(
        "Show it with these", opens_at="08:55", closes_at="15:25", calendar=calendar,
        authority="999", nurse_team="",
    )  # fmt: skip
    assert coordinator.shows("The list has 1 open schools; 1 of them are new.", "Ysgol Newydd")
    await coordinator.press("Import")
    assert coordinator.shows("Imported: 1 new, 0 changed, 0 gone.")
    assert "9992050" in (await export(world.ctx)).schools
    world.everyone_is_accounted_for()


async def test_files_come_from_this_sessions_page_stepped_up_and_within_the_limit(
    world: World, bryn: School
) -> None:
    reader = await enters(world, "Coordinator")
    await reader.get(HERE)
    assert reader.shows("the page asks for your unlock code")
    assert 'type="file"' not in reader.page
    await reader.upload(HERE, ("people.csv", "id\n"))
    assert 'name="code"' in reader.page
    await steps_up(reader)
    await reader.get(HERE)
    for site in ("cross-site", "same-site"):
        await reader.upload(HERE, ("people.csv", "id\n"), **{"sec-fetch-site": site})
        assert reader.status == 403
    await reader.get("/console/nowhere")  # a page without the form's token
    await reader.upload(HERE, ("people.csv", "id\n"))
    assert reader.status == 403
    await reader.get(HERE)
    await reader.upload(HERE, ("people.csv", b"x" * (MOST_BYTES + 1)))
    assert (reader.status, reader.shows("too large together")) == (413, True)
    await reader.post(HERE, {"form": token_of(reader)})
    assert reader.status == 403
    await reader.get(HERE)
    await reader.upload(HERE, ("../<b>x</b>\x07.csv", "id\n"))
    assert reader.shows(".csv", "What would change")
    assert "<b>x</b>" not in reader.response.text
    assert await kept(world) == 1
    world.everyone_is_accounted_for()


async def test_columns_by_other_names_are_asked_once_and_remembered_for_the_command_line_too(
    world: World, bryn: School, coordinator: Reader
) -> None:
    text = await people_file(world, f"sian,Siân,head_teacher,{bryn.code},,cy,1,,,")
    text = text.replace("id,name,role,schools", "Staff No,Full Name,Job,Where", 1)
    await uploads(coordinator, ("staff.csv", text))
    assert coordinator.shows("Which column of staff.csv is which?", "staff_no", "full_name")
    said = {"c0": "id", "c1": "name", "c2": "role", "c3": "schools"}
    ask = "Remember it and show what would change"
    await coordinator.press(ask, **(said | {"c3": ""}))
    assert (coordinator.status, coordinator.shows("Still lacking: schools.")) == (409, True)
    await coordinator.press(ask, **(said | {"c3": "role"}))
    assert (coordinator.status, coordinator.shows("Two columns cannot")) == (409, True)
    rest = dict(enumerate(text.partition("\n")[0].split(",")))
    said |= {f"c{at}": name for at, name in rest.items() if at > 3}
    await coordinator.press(ask, **said)
    assert coordinator.shows("New: 0 schools, 1 person", "Siân")
    # On the command line, and for the next file, nothing is asked.
    files = read_directory_files([("staff.csv", text.encode())], await remembered(world.ctx))
    assert "sian" in {person.id for person in files[0].people or ()}
    await uploads(coordinator, ("other.csv", text.replace("Siân", "Gwen")))
    assert coordinator.shows("New: 0 schools, 1 person", "Gwen")
    await coordinator.press("Import")
    assert coordinator.shows("Imported: 1 new, 0 changed, 0 gone.")
    world.everyone_is_accounted_for()

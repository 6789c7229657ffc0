"""Plays a situation: does what is done, and compares what every telephone was told, and in which
minute, with the rows. Whatever was told and stands in no row is a fault, as is the other way round.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import tests.situations.arrangements
import tests.situations.deeds  # noqa: F401  what it knows to do
from tests.situations import grammar, heard
from tests.situations.company import Company
from tests.situations.hours import minute, read_when, say_when
from tests.situations.reading import NotUnderstoodError, Row, Situation
from tests.situations.stage import Stage
from tests.world import World

BEFORE = "before"
RECEIVES = "receives: "
SHOWS = "card shows: "
NOTHING = "receives nothing"
NO_WORDS = "(the table has no words for)"
NOBODY = ("nobody", "receives anything more")
_DOERS = ("the police", "the partnership", "the calendar", "the service", "Telegram")
_EARLIER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """Somebody was told something, in this minute."""

    at: datetime
    who: str
    what: str


@dataclass(slots=True)
class Scene:
    """A row whose time and sentence are understood."""

    row: Row
    at: datetime | None
    deed: grammar.Deed | None = None
    values: dict[str, str] | None = None


def understood(situation: Situation, cast: Company) -> list[Scene]:
    """Every row's time, people and sentence, before anything happens."""
    scenes, since = list[Scene](), None
    for row in situation.rows:
        if row.when != BEFORE:
            since = _time(row, since)
        elif since is not None:
            raise NotUnderstoodError(row.line, "“before” can stand only at the beginning")
        scenes.append(_scene(row, since, cast))
    if since is None:
        raise NotUnderstoodError(situation.line, "no row has a time")
    return scenes


def _time(row: Row, since: datetime | None) -> datetime:
    try:
        at = read_when(row.when, since)
    except ValueError as why:
        raise NotUnderstoodError(row.line, str(why)) from why
    if since is not None and at < since:
        raise NotUnderstoodError(row.line, f"{row.when} is before the row above it")
    return at


def _scene(row: Row, at: datetime | None, cast: Company) -> Scene:
    if (row.cells[1], row.what) == NOBODY:
        return Scene(row, at)
    known = {*cast.people, *cast.schools, *_DOERS}
    for name in row.who:
        if name not in known:
            raise NotUnderstoodError(row.line, f"nobody of the cast is called {name}")
    if row.what.startswith((RECEIVES, SHOWS)) or row.what == NOTHING:
        if at is None:
            raise NotUnderstoodError(row.line, "what is received before it begins is not looked at")
        said = row.what.removeprefix(RECEIVES).removeprefix(SHOWS)
        if said != NOTHING and not heard.knows(said):
            raise NotUnderstoodError(
                row.line, f"“{said}” is no message; the nearest is: {heard.nearest(said)}"
            )
        return Scene(row, at)
    kind = _kind(row.who, cast)
    found = grammar.find(kind, row.what)
    if found is None:
        near = grammar.nearest(kind, row.what)
        raise NotUnderstoodError(
            row.line, f"“{row.what}” is not known of {row.cells[1]}; the nearest is: {near}"
        )
    return Scene(row, at, *found)


def _kind(who: tuple[str, ...], cast: Company) -> str:
    if len(who) > 1:
        return "PEOPLE"
    if who[0] in cast.people:
        return "PERSON"
    return "SCHOOL" if who[0] in cast.schools else who[0]


@asynccontextmanager
async def stage_for(
    scenes: list[Scene], cast: Company, database: str, folder: Path
) -> AsyncIterator[Stage]:
    """The cast, long enrolled, a few minutes before the first row."""
    begins = next(scene.at for scene in scenes if scene.at) - _EARLIER
    async with World(database, folder, begins) as world:
        await world.company(list(cast.schools.values()), list(cast.people.values()))
        await world.stagehand.tick()
        yield Stage(world, cast)


async def play(stage: Stage, scenes: list[Scene]) -> tuple[list[str], list[Told]]:
    """The faults, and what everyone was told in the end, in order."""
    world, faults, began = stage.world, list[str](), False
    for scene in scenes:
        if scene.at is not None:
            if not began:
                world.everyone_is_accounted_for()
                began = True
            await world.advance_to(scene.at)
        if fault := await _happens(stage, scene):
            faults.append(f"line {scene.row.line}: {fault}")
            break
    last = scenes[-1].at
    assert last is not None
    if not faults:
        await world.advance_to(last + timedelta(seconds=59))
    told = sorted(one for name in stage.cast.people for one in _told(stage, name))
    return faults, told


async def _happens(stage: Stage, scene: Scene) -> str | None:
    row = scene.row
    if row.what.startswith(SHOWS):
        return _differs(stage, row)
    if scene.deed is None:
        return None
    who: tuple[object, ...] = (row.cells[1],) if scene.deed.who in ("PERSON", "SCHOOL") else ()
    if scene.deed.who == "PEOPLE":
        who = (row.who,)
    try:
        await scene.deed.does(stage, *who, **(scene.values or {}))
    except (ValueError, LookupError, AssertionError) as why:
        return str(why)
    return None


def _differs(stage: Stage, row: Row) -> str | None:
    for name in row.who:
        last = stage.phone(name).sandbox.last
        now = stage.world.clock.now()
        shown = None if last is None else heard.say(last.text, now, stage.ordinal) or last.text
        if shown != row.what.removeprefix(SHOWS):
            return f"{name}'s card shows: {shown}"
    return None


def _told(stage: Stage, name: str) -> list[Told]:
    phone = stage.phone(name)
    found = []
    for message in phone.unaccounted():
        text = message.history[0].text
        said = heard.say(text, message.sent_at, stage.ordinal) or f"{NO_WORDS} {text!r}"
        said = f"{said}; {heard.SILENT}" if message.silent else said
        found.append(Told(minute(message.sent_at), name, said))
    for at, to, text in stage.mails:
        if to == name:
            said = heard.say_mail(text, at, stage.ordinal) or f"{NO_WORDS} {text!r}"
            found.append(Told(minute(at), name, said))
    return found


def compared(scenes: list[Scene], told: list[Told]) -> list[str]:
    """What stands in the rows and was not told, and what was told and stands in no row."""
    left, faults = list(told), list[str]()
    heard_before = dict[str, datetime]()
    for scene in scenes:
        row, at = scene.row, scene.at
        if at is None:
            continue
        for name in row.who:
            if row.what.startswith(RECEIVES):
                wanted = Told(minute(at), name, row.what.removeprefix(RECEIVES))
                if wanted in left:
                    left.remove(wanted)
                else:
                    faults.append(f"line {row.line}: {name} did not receive that then")
            if row.what == NOTHING:
                since = heard_before.get(name)
                some = [
                    t for t in told if t.who == name and t.at <= at and (not since or t.at > since)
                ]
                if some:
                    faults.append(f"line {row.line}: {name} received: {some[0].what}")
            heard_before[name] = minute(at)
    faults += [f"in no row: {_as_row(one, scenes)}" for one in left]
    return faults


def _as_row(one: Told, scenes: list[Scene]) -> str:
    first = next(scene.at for scene in scenes if scene.at)
    return f"| {say_when(one.at, first)} | {one.who} | {RECEIVES}{one.what} |"

"""Calendars in the console: each as a form, and a list of term dates read into the form.

What a form says is a draft like any other (`flow/drafts`), which may change anything is asked
within its own commit. Dies before that commit: nothing has changed. Dies after it: the draft is
there. Reading a list into a form writes nothing down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from bot.domain.calendar import DayRange
from bot.domain.calendar_days import Days, Listed, days_of, in_order, is_calendar_name, taken_over
from bot.domain.errors import Fault, NotFoundError, RefusedError
from bot.domain.school import School
from bot.domain.versions import CALENDAR, NO_VERSION, Said
from bot.flow import drafts, versions
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.session import Visitor
from bot.flow.versions import By
from bot.intake.calendar_entries import Entry, Sort, listed
from bot.intake.calendar_ics import is_ics, read_ics
from bot.intake.calendar_table import read_table
from bot.intake.calendar_toml import read_calendar
from bot.intake.calendar_written import new_calendar, with_days
from bot.rendering.catalogue import words
from bot.rendering.what_changed import in_words

MOST_ROWS = 80
MORE_ROWS = {"t": 2, "c": 3, "i": 3, "h": 2}
"""By group of rows, how many a form offers beyond those that there are: terms, closed, INSET, half
days."""
_SORTS = {"t": Sort.TERM, "c": Sort.CLOSED, "i": Sort.INSET, "h": Sort.HALF_DAY}
_GROUPS = {
    "t": "calendar.terms",
    "c": "calendar.closed",
    "i": "calendar.inset",
    "h": "calendar.half_days",
}


# --- which there are -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Used:
    """A calendar that is in force, and who goes by it."""

    name: str
    title: str
    schools: tuple[School, ...]
    last_on: date
    over: bool
    """No term of it lies ahead: weekdays would be assumed."""
    closed: tuple[DayRange, ...]
    """What is still to come."""


async def calendars(ctx: Context) -> tuple[tuple[Used, ...], tuple[str, ...]]:
    """Each calendar by its name; and the names that schools have and no calendar."""
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    schools, now = list(known.directory.schools.values()), ctx.now()
    found = tuple(
        Used(
            name,
            calendar.name,
            tuple(school for school in schools if school.calendar == name),
            calendar.last_day,
            calendar.last_day < (today := calendar.local_day(now)),
            tuple(days for days in days_of(calendar).closed if days.last_on >= today),
        )
        for name, calendar in sorted(known.calendars.items())
    )
    missing = {school.calendar for school in schools} - set(known.calendars)
    return found, tuple(sorted(missing - {""}))


# --- one as a form -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CalendarForm:
    name: str
    title: str
    made_from: int
    """The version that it is filled in over; `NO_VERSION` for a calendar that is not there yet."""
    fields: Mapping[str, str]
    rows: Mapping[str, int]
    bank_holidays: tuple[date, ...]
    """Those of its terms that are still to come: they are built in."""
    own_days: tuple[str, ...]
    """The codes of schools that have days of their own beside these."""


async def calendar_form(
    ctx: Context, name: str, form: Mapping[str, str] | None = None
) -> CalendarForm:
    """The form as the version in force has it, or as somebody has filled it in. NotFoundError for
    what no calendar can be called."""
    if not is_calendar_name(name):
        raise NotFoundError("No calendar can be called this.")
    async with ctx.store.reading() as tx:
        known = await in_force(ctx, tx)
    found, number = known.calendars.get(name), known.versions.get(f"{CALENDAR}{name}", NO_VERSION)
    fields = dict(form) if form is not None else fields_of(days_of(found) if found else Days())
    own = () if found is None else tuple(c for c, days in found.schools.items() if _is_own(days))
    today = found.local_day(ctx.now()) if found else date.max
    return CalendarForm(
        name=name,
        title=fields.get("title", found.name if found else ""),
        made_from=number if form is None else _number(form.get("made_from", "")),
        fields=fields,
        rows={group: _rows(fields, group) + more for group, more in MORE_ROWS.items()},
        bank_holidays=tuple(
            sorted(day for day in found.bank_holidays if today <= day <= found.last_day)
            if found
            else ()
        ),
        own_days=own,
    )


def _is_own(days: object) -> bool:
    """Sudden closures are laid over a calendar and stand in no version of it."""
    closed, inset, half = (getattr(days, name) for name in ("closed", "inset", "half_days"))
    return bool(closed or inset or half)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else NO_VERSION


def _rows(fields: Mapping[str, str], group: str) -> int:
    """How many rows of this group are filled in, to the last of them."""
    filled = (n for n in range(MOST_ROWS) if any(fields.get(f"{group}{n}.{k}") for k in _CELLS))
    return max((n + 1 for n in filled), default=0)


_CELLS = ("first", "last", "name", "opens", "closes")


def fields_of(days: Days) -> dict[str, str]:
    """A form's fields, as its rows have them."""
    fields: dict[str, str] = {}
    for group, ranges in (("t", days.terms), ("c", days.closed)):
        for number, one in enumerate(ranges):
            row = f"{group}{number}"
            fields[f"{row}.first"], fields[f"{row}.last"] = str(one.first_on), str(one.last_on)
            fields[f"{row}.name"] = one.why
    fields |= {f"i{number}.first": str(on) for number, on in enumerate(days.inset)}
    for number, half in enumerate(days.half_days):
        fields[f"h{number}.first"], fields[f"h{number}.name"] = str(half.on), half.why
        for cell, at in (("opens", half.opens_at), ("closes", half.closes_at)):
            fields[f"h{number}.{cell}"] = f"{at:%H:%M}" if at else ""
    return fields


def days_in(form: Mapping[str, str], language: str) -> Days:
    """What the form's rows say. An empty row is none; RefusedError names every row at fault, in
    the reader's language."""
    faults: list[Fault] = []
    found: dict[str, Days] = {}
    for group, sort in _SORTS.items():
        read, wrong = _entries(form, group, sort)
        rows = listed(read, wrong) if read or wrong else Listed()
        faults += [_at_row(group, said, language) for said in rows.faults]
        found[group] = rows.days
    if not faults and not found["t"].terms:
        faults.append(Fault("", words(language).say("calendar.fault_no_term")))
    if faults:
        raise RefusedError(faults)
    return in_order(
        Days(found["t"].terms, found["c"].closed, found["i"].inset, found["h"].half_days)
    )


def _entries(form: Mapping[str, str], group: str, sort: Sort) -> tuple[list[Entry], list[Said]]:
    found: list[Entry] = []
    faults: list[Said] = []
    for number in range(MOST_ROWS):
        cell = {k: form.get(f"{group}{number}.{k}", "").strip() for k in _CELLS}
        if not any(cell.values()):
            continue
        row = {"line": number + 1}
        try:
            first = date.fromisoformat(cell["first"])
            last = date.fromisoformat(cell["last"]) if group in "tc" else first
        except ValueError:
            faults.append(Said("calendar.fault_date", row))
            continue
        try:
            opens, closes = (_clock(cell[name]) for name in ("opens", "closes"))
        except ValueError:
            faults.append(Said("calendar.fault_clock", row))
            continue
        found.append(Entry(number + 1, sort, first, last, cell["name"], opens, closes))
    return found, faults


def _clock(text: str) -> time | None:
    return time.fromisoformat(text).replace(tzinfo=None) if text else None


def _at_row(group: str, said: Said, language: str) -> Fault:
    say = words(language)
    where = say.say("calendar.at_row", group=say.say(_GROUPS[group]), row=said.values["line"])
    return Fault(where, in_words(say, said))


# --- a list of dates -----------------------------------------------------------------------------


def read_dates(text: str, language: str) -> Days:
    """A calendar file or a table, whichever it is; RefusedError names every line at fault."""
    found = read_ics(text) if is_ics(text) else read_table(text)
    if found.faults:
        raise RefusedError([_at_line(said, language) for said in found.faults])
    return found.days


def _at_line(said: Said, language: str) -> Fault:
    say, line = words(language), said.values.get("line")
    where = say.say("calendar.at_line", line=line) if line else ""
    return Fault(where, in_words(say, said))


async def with_list_taken(
    ctx: Context, someone: Visitor, name: str, form: Mapping[str, str]
) -> CalendarForm:
    """The form with what the list says in it; nothing is written down yet."""
    language = someone.person.language
    kept = {key: value for key, value in form.items() if key in ("title", "reason", "made_from")}
    rows = _lenient(form, language)
    taken = fields_of(taken_over(rows, read_dates(form.get("dates", ""), language)))
    return await calendar_form(ctx, name, {**kept, **taken})


def _lenient(form: Mapping[str, str], language: str) -> Days:
    """The rows as they are; a calendar that is new has none yet."""
    filled = any(_rows(form, group) for group in _SORTS)
    return days_in(form, language) if filled else Days()


# --- drafts --------------------------------------------------------------------------------------


async def draft_of_calendar(
    ctx: Context, someone: Visitor, name: str, form: Mapping[str, str]
) -> int:
    """What the form of a calendar says, as a draft; its number."""
    if not is_calendar_name(name):
        raise NotFoundError("No calendar can be called this.")
    kind, language = f"{CALENDAR}{name}", someone.person.language
    days, made_from = days_in(form, language), _number(form.get("made_from", ""))
    if made_from == NO_VERSION:
        title = " ".join(form.get("title", "").split())
        if not title or len(title) > 100 or not title.isprintable():
            raise RefusedError([Fault("", words(language).say("calendar.fault_title"))])
        text = new_calendar(title, days)
    else:
        seen = await versions.version(ctx, made_from)
        if seen.kind != kind:
            raise NotFoundError(f"There is no version {made_from} of {kind}.")
        text = with_days(seen.body, days)
    reason = form.get("reason", "")
    return await drafts.start(ctx, kind, text, reason=reason, by=someone, made_from=made_from)


async def draft_of_dates(
    ctx: Context, kind: str, data: bytes, *, reason: str, by: By = None
) -> int:
    """The calendar with what a list of dates says in it, as a draft; all else of it stays."""
    name = kind.removeprefix(CALENDAR)
    if name == kind or not is_calendar_name(name):
        raise NotFoundError("A list of dates is drafted as calendar:NAME, in small letters.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError([Fault("", "must be UTF-8")]) from None
    days, body = read_dates(text, "en"), (await versions.texts(ctx)).get(kind)
    if body is None:
        return await drafts.start(ctx, kind, new_calendar(name, days), reason=reason, by=by)
    merged = taken_over(days_of(read_calendar(body.encode(), name)), days)
    return await drafts.start(ctx, kind, with_days(body, merged), reason=reason, by=by)

"""The flat form of a notification (contract: HTTP, the flat form): its columns, and their headings.

One row a child. A heading is compared without case, spaces and punctuation; the contract's own
names with dots always count, `children.` before a child's field or not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.intake import cell_dates, cells
from bot.intake.cells import Cell, Plain, folded


@dataclass(frozen=True, slots=True)
class Column:
    field: str
    read: Callable[[Cell], Plain | None]
    headings: tuple[str, ...] = ()
    carries: str = ""
    """The field of `Incident` or `Child` that it brings, where that is not `field`."""


INCIDENT_COLUMNS = (
    Column("source_reference", cells.text, (
        "Occurrence No", "Occurrence Number", "Occurrence Ref", "Occurrence Reference",
        "Occurrence", "Niche Ref", "Niche Reference", "Niche No", "Niche Occurrence",
        "Niche Occurrence No", "Niche Occurrence Number", "Crime Ref", "Crime Reference",
        "Crime No", "Crime Number", "Crime Reference Number", "URN", "Incident Ref",
        "Incident Reference", "Incident No", "Incident Number", "Police Ref", "Police Reference",
        "Reference", "Reference No", "Reference Number", "Ref", "Ref No",
    )),
    Column("occurred_at", cell_dates.instant, (
        "Date/Time of Incident", "Date and Time of Incident", "Incident Date/Time",
        "Incident Date and Time", "Date/Time Occurred", "Occurrence Date/Time", "Date/Time",
        "Date and Time",
    )),
    Column("occurred_on", cell_dates.day_with_or_without_time, (
        "Incident Date", "Date of Incident", "Date Occurred", "Occurrence Date",
    ), "occurred_at"),
    Column("occurred_time", cell_dates.clock, (
        "Incident Time", "Time of Incident", "Time Occurred", "Occurrence Time", "Time",
    ), "occurred_at"),
    Column("kind", cells.text),
    Column("sent_at", cell_dates.day_or_instant, (
        "Date Sent", "Date/Time Sent", "Date and Time Sent", "Sent",
    )),
    Column("location", cells.text, (
        "Address", "Incident Address", "Incident Location", "Address/Location",
        "Location/Address", "Address of Incident", "Location of Incident",
    )),
    Column("circumstances", cells.text, (
        "Brief Circumstances", "Circumstances of Incident", "Incident Summary",
        "Summary of Incident", "Incident Details", "Details of Incident", "Summary",
    )),
    Column("urgent", cells.flag),
    Column("risk.scale", cells.text),
    Column("risk.value", cells.text, carries="risk"),
    Column("DASH", cells.text, (
        "DASH Risk", "DASH Grading", "DASH Grade", "DASH Risk Level", "DASH Level",
    ), "risk"),
    Column("PPN", cells.text, (
        "PPN Grading", "PPN Grade", "PPN Risk", "PPN RAG",
    ), "risk"),
    Column("MASH", cells.text, (
        "MASH Grading", "MASH Grade", "MASH Risk", "MASH Level",
    ), "risk"),
    Column("police_action.arrest", cells.answer, (
        "Arrest made", "Arrest", "Arrested", "Arrests made",
    ), "police_action"),
    Column("police_action.summary", cells.text, (
        "Police action", "Action taken", "Police action taken",
    ), "police_action"),
    Column("exclude", cells.names, ("Excluded",)),
    Column("release", cells.release),
)  # fmt: skip

CHILD_COLUMNS = (
    Column("given_name", cells.text, (
        "Forename", "Forenames", "First name", "First names", "Given names",
    )),
    Column("family_name", cells.text, ("Surname", "Last Name")),
    Column("full_name", cells.text, ("Child Name", "Name of Child", "Child", "Name"), "given_name"),
    Column("date_of_birth", cell_dates.day, ("DOB", "D.O.B.", "Birth date", "Date Birth")),
    Column("school.name", cells.text, (
        "School", "School attended", "School/Nursery", "Name of School", "School/Setting",
        "Education setting", "Educational establishment",
    ), "schools"),
    Column("school.code", cells.text, (
        "School No", "School Number", "DfE Number", "Establishment Code",
    ), "schools"),
    Column("year_group", cells.year_group, ("Year", "School Year", "Yr", "Yr Group")),
    Column("present", cells.answer, ("Was present", "Present at incident")),
    Column("seen", cells.answer, ("Seen by officer", "Seen by police")),
    Column("spoken_to", cells.answer),
    Column("spoken_to_alone", cells.answer),
    Column("voice", cells.text, ("Voice of the child", "Voice of child")),
    Column("health", cells.text, ("Health needs", "Health information")),
    Column("nhs_number", cells.text, ("NHS No",)),
    Column("language", cells.text, ("First language", "Preferred language")),
    Column("interpreter", cells.answer, ("Interpreter required", "Interpreter needed")),
    Column("disability", cells.text),
    Column("ethnicity", cells.text, ("Ethnic origin",)),
    Column("looked_after", cells.answer, (
        "LAC", "CLA", "Looked after child", "Child looked after", "CLA/LAC", "LAC/CLA",
    )),
)  # fmt: skip

SCALES = ("DASH", "PPN", "MASH")
"""A sheet with several gradings: the first that is filled is the risk, the others are reported."""

NEEDED = (
    ("the source reference (such as Occurrence No or source_reference)", ({"source_reference"},)),
    (
        "the date and time of the incident (such as Date/Time of Incident, occurred_at, or "
        "Incident Date and Incident Time)",
        ({"occurred_at"}, {"occurred_on"}),
    ),
    (
        "the child's name (such as Forename and Surname, given_name, or Child Name)",
        ({"given_name"}, {"family_name"}, {"full_name"}),
    ),
)


def _spellings() -> Iterator[tuple[str, tuple[str, int]]]:
    for column in INCIDENT_COLUMNS:
        for rank, heading in enumerate((column.field, *column.headings)):
            yield folded(heading), (column.field, rank)
    for column in CHILD_COLUMNS:
        for rank, heading in enumerate((column.field, *column.headings)):
            for before in ("", "child", "childs", "children"):
                yield before + folded(heading), (column.field, rank)


KNOWN = dict(reversed(list(_spellings())))  # the first to claim a spelling has it

"""Who may be shown which marks: the table of the contract written out once more by hand, so that a
product that reads its own matrix wrongly is not checked against its own reading."""

from dataclasses import dataclass

from bot.domain.people import Role
from tests.canary.marks import Mark, Marked

_EVERYBODY = frozenset({
    "name", "date_of_birth", "school", "occurred_at", "sent_at", "source_reference", "risk",
    "language", "disability",
})  # fmt: skip
_RELEASED = frozenset({"circumstances", "voice", "police_action", "looked_after"})
_SCHOOL = _EVERYBODY | _RELEASED
_NURSE = _EVERYBODY | {"health", "nhs_number"}
_DESK = _SCHOOL | _NURSE | {"location", "involved_adults", "ethnicity", "exclude"}
"""The desk also reads an unknown id in `exclude`, to say whom it means."""
SHOWN: dict[Role, frozenset[str]] = {
    Role.DSP: _SCHOOL,
    Role.DEPUTY_DSP: _SCHOOL,
    Role.SCHOOL_NURSE: _NURSE,
    Role.NURSE_LEAD: _NURSE,
    Role.MASH_DESK: _DESK,
}
LOOKED_AFTER = ("Looked after: ", "Yn derbyn gofal: ", "<dt>Looked after", "<dt>Yn derbyn gofal")
"""A field of a yes or a no cannot be marked: it is looked for by its label."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the story, with what they cover."""

    name: str
    role: Role
    schools: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    language: str = "en"

    @property
    def id(self) -> str:
        return self.name.lower()

    def fields(self, notice: Marked) -> frozenset[str]:
        """The contract's table by this person's role, narrowed by what the sender released."""
        held_back = frozenset() if notice.release is None else _RELEASED - set(notice.release)
        return SHOWN.get(self.role, frozenset()) - held_back

    def kids(self, notice: Marked, *, settled: bool) -> frozenset[int]:
        """The children that this person may be shown; `settled`: the desk has said which school
        those go to of whom nobody wrote it down."""
        if self.id in notice.excluded:
            return frozenset()
        if self.role is Role.MASH_DESK:  # asked about these, and about nobody else
            return frozenset(kid.number for kid in notice.kids if not kid.written)
        return frozenset(
            kid.number
            for kid in notice.kids
            if kid.school in self.schools
            and (not self.years or kid.year in self.years)
            and (kid.written or settled)
        )

    def shown(self, notice: Marked, *, settled: bool) -> set[Mark]:
        """What stands in the opened view of this person, whole: no more, and no less."""
        kids = self.kids(notice, settled=settled)
        if self.id in notice.excluded or not (kids or self.role is Role.MASH_DESK):
            return set()
        fields = self.fields(notice)
        return {mark for mark in notice.marks(kids) if mark.field in fields}

    def may_see(self, notice: Marked, *, settled: bool) -> set[Mark]:
        """The same, and what is there at times only: an update, an unknown id in `exclude`."""
        shown = self.shown(notice, settled=settled)
        at_times = {Mark("up", notice.number), Mark("ex", notice.number)} if shown else set()
        return shown | {mark for mark in at_times if mark.field in self.fields(notice)}

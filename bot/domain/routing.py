"""Which duties a notification brings, and whom a ladder tells when: the pure half of raising,
escalating, `encompass route` and `check`. All four call these functions, so none can disagree.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from bot.domain.alert import AlertChild, LateBy, Leg, children_in_scope
from bot.domain.calendar import IN_DAY, LONDON, WEEKDAYS, Bell, Calendar, DayRange, InDay, local_day
from bot.domain.cover import Reachable, Skipped, standing
from bot.domain.directory import Directory
from bot.domain.disclosure import DisclosureMatrix
from bot.domain.escalation import Climb, EscalationPolicy, Tell, Wait, next_action
from bot.domain.incident import Incident, WrittenSchool
from bot.domain.matching import Doubt, Matched, Unsure
from bot.domain.pattern import Patterns
from bot.domain.people import Person, Role
from bot.domain.quiet import Waited, hold_until
from bot.domain.school import School
from bot.domain.triage import Question, task_name

BY_DESK = "desk"
"""How a school was found that a person at the MASH desk settled."""


@dataclass(frozen=True)
class InForce:
    """Everything that decides, at one moment: the directory and the versions in force."""

    directory: Directory
    policies: Mapping[Leg, EscalationPolicy]
    calendars: Mapping[str, Calendar]
    matrix: DisclosureMatrix
    matrix_version_id: int | None = None
    """Which of the versions that were ever in force the matrix is."""
    patterns: Patterns = field(default_factory=Patterns)
    closures: Mapping[str, Collection[DayRange]] = field(default_factory=dict)
    """What closed schools suddenly, by their code; the calendars have it laid over them."""
    versions: Mapping[str, int] = field(default_factory=dict)  # by kind, the number of each

    def calendar_of(self, school: School) -> Calendar:
        """The school's calendar; for a missing one weekdays are assumed, so that nothing waits."""
        calendar = self.calendars.get(school.calendar)
        return calendar or WEEKDAYS.with_sudden(self.closures)

    def with_closures(self, closures: Mapping[str, Collection[DayRange]]) -> "InForce":
        """The same with these closures, by school's code, in place of what those had before."""
        laid_over = {name: c.with_sudden(closures) for name, c in self.calendars.items()}
        return replace(self, calendars=laid_over, closures={**self.closures, **closures})

    def bell(self, school_code: str, at: datetime, in_day: InDay | None = None) -> Bell:
        """The deadline of an alert of this school raised then: by the lane of the ladder in force,
        or by the one that an alert under way has kept."""
        school = self.directory.schools[school_code]
        return self.calendar_of(school).bell(school, at, in_day or self._lane)

    @property
    def _lane(self) -> InDay:
        policy = self.policies.get(Leg.SCHOOL)
        return policy.in_day if policy else IN_DAY

    def hold(self, policy: EscalationPolicy, school_code: str, at: datetime) -> datetime | None:
        """Until when an alert raised then waits for the end of the holidays; None if it does not.
        Urgent ones never do, which is for whoever asks to know."""
        school = self.directory.schools[school_code]
        bell = self.bell(school_code, at)
        return hold_until(policy.holiday, self.calendar_of(school), school, at, bell)

    def notice_late(
        self, school_code: str, incident: Incident, received_at: datetime
    ) -> tuple[LateBy, datetime] | None:
        """Whether the notice came after the school day had begun that it should have come before
        (domain.md: the law and the clock), by whom it was held up, and when that day began."""
        school = self.directory.schools[school_code]
        due = self.calendar_of(school).next_opening(school, incident.occurred_at)
        if due is None or received_at <= due:
            return None
        in_time = incident.sent_at is not None and incident.sent_at <= due
        return (LateBy.ON_THE_WAY if in_time else LateBy.SENDER), due

    def nearest_bell(self, at: datetime, codes: Collection[str] = ()) -> datetime:
        """The soonest bell of these schools, or of all: the deadline of a task without a school."""
        among = [code for code in codes if code in self.directory.schools]
        bells = [self.bell(code, at).at for code in among or self.directory.schools]
        return min(bells, default=at + timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class AlertWanted:
    """One alert per notification, school and leg, holding that school's own children."""

    school_code: str
    children: tuple[AlertChild, ...]
    matched_by: tuple[str, ...] = ()
    """How the school was found: by `code`, by `name`, by the `desk`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A school that said "not our pupil" of this child, whatever the sender had written."""

    child_number: int
    school_code: str


@dataclass(frozen=True, slots=True)
class SchoolQuestion:
    """A child whose school a person must settle."""

    child_number: int
    written: WrittenSchool
    why: Doubt
    refused_by: str = ""
    """The code of the school that said it is not theirs, and for which time."""
    time: int = 0

    @property
    def task(self) -> str:
        """A question of its own for each refusal, so that each is asked and none twice."""
        asked = f"{self.refused_by}|{self.time}" if self.refused_by else self.written.key
        return task_name(Question.SCHOOL, asked, self.child_number)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where each child of an incident belongs, and where nobody can be sure."""

    alerts: tuple[AlertWanted, ...]
    questions: tuple[SchoolQuestion, ...]


def place(
    incident: Incident,
    directory: Directory,
    decided: Mapping[str, str],
    refusals: Collection[Refusal] = (),
) -> Placed:
    """Find each child's school; `decided` maps a question's task to the code a person chose.

    A school that refused a child has it back by a person's decision alone: whatever leads there,
    the code, the name or an earlier decision, goes on to the question that the refusal asked.
    """
    refused = Counter((refusal.child_number, refusal.school_code) for refusal in refusals)
    by_school: dict[str, dict[int, AlertChild]] = {}
    ways: dict[str, set[str]] = {}
    questions: list[SchoolQuestion] = []
    for child in incident.children:
        for written in child.schools or (WrittenSchool(),):
            match _found(child.number, written, directory, decided, refused):
                case SchoolQuestion() as question:
                    questions.append(question)
                case Matched(code, by):
                    by_school.setdefault(code, {})[child.number] = AlertChild(
                        child.number, child.year_group
                    )
                    ways.setdefault(code, set()).add(by)
    alerts = tuple(
        AlertWanted(code, tuple(children.values()), tuple(sorted(ways[code])))
        for code, children in by_school.items()
    )
    return Placed(alerts, tuple(questions))


def _found(
    child: int,
    written: WrittenSchool,
    directory: Directory,
    decided: Mapping[str, str],
    refused: Mapping[tuple[int, str], int],
) -> Matched | SchoolQuestion:
    """Where this writing leads: by its match, then from refusal to decision until a school stands
    that has not refused since. Each refusal is passed once, so it comes to an end."""
    match directory.match(written.code, written.name):
        case Matched() as found:
            pass
        case Unsure(why):
            question = SchoolQuestion(child, written, why)
            found = Matched(decided.get(question.task, ""), BY_DESK)
            if found.code not in directory.schools:
                return question
    passed: Counter[str] = Counter()
    while passed[found.code] < refused.get((child, found.code), 0):
        passed[found.code] += 1
        question = SchoolQuestion(child, written, Doubt.NOT_OURS, found.code, passed[found.code])
        found = Matched(decided.get(question.task, ""), BY_DESK)
        if found.code not in directory.schools:
            return question
    return found


@dataclass(frozen=True, slots=True)
class LadderState:
    """An open alert as its ladder sees it."""

    policy: EscalationPolicy
    school_code: str | None
    children: tuple[AlertChild, ...]
    uncovered: frozenset[int]
    excluded: frozenset[str]
    climb: Climb
    told: frozenset[str] = frozenset()
    """The ids of everyone told so far."""
    passed: tuple[str, ...] = ()
    """The teams that this one alert was passed on to: they count as its own."""
    hurry: bool = False
    """The last ways tried are in doubt: the next step is pulled forward once (I5)."""
    owner: str = ""
    """Who has taken a question: of those who could settle it, they alone are reminded."""


@dataclass(frozen=True, slots=True)
class StepTold:
    """What telling one step, or one reminder at the end, comes to; nobody is left out silently."""

    step: int
    reminder: int
    due_at: datetime
    roles: tuple[Role, ...]
    reached: tuple[Reachable, ...]
    skipped: tuple[Skipped, ...]
    waited: Waited | None = None
    planned_at: datetime | None = None
    """When it would have been told, had it not waited."""
    listed: bool = False
    """No step: those of the ladder who are on the holiday list."""


@dataclass(frozen=True, slots=True)
class Climbed:
    steps: tuple[StepTold, ...]
    next_step: int
    next_step_at: datetime
    last_told_at: datetime | None
    hold_lifted: bool = False
    """It was to wait, and nobody on the holiday list could be told: everyone is, at once."""


def told_at(action: Tell, state: LadderState, directory: Directory, now: datetime) -> StepTold:
    """Everyone in the step's roles whose scope touches a child of the alert, first asked first."""
    years, on = [child.year_group for child in state.children], local_day(now)
    people: dict[str, Person] = {}  # who stands in for somebody may stand in two of the roles
    for role in action.roles:
        for person in directory.covering(
            role, state.school_code, years, on, state.excluded, state.passed
        ):
            people.setdefault(person.id, person)
    stands = [standing(person, on, state.excluded) for person in people.values()]
    if any(isinstance(stand, Reachable) and stand.person.id == state.owner for stand in stands):
        stands = [
            stand
            for stand in stands
            if stand.person.id == state.owner or stand.person.role not in state.policy.settled_by
        ]
    return StepTold(
        action.step,
        action.reminder,
        action.due_at,
        action.roles,
        tuple(stand for stand in stands if isinstance(stand, Reachable)),
        tuple(stand for stand in stands if isinstance(stand, Skipped)),
        action.waited,
        action.planned_at,
    )


def owed_to_newcomers(
    state: LadderState,
    came: Collection[int],
    directory: Directory,
    now: datetime,
    among: Collection[str] | None = None,
) -> tuple[StepTold, ...]:
    """What steps told already owe, now that these children have come in: whoever covers one of
    them and has not been told is told as if the child had been there from the beginning. With
    `among` they alone: who was held out of it, and should have been told from the beginning."""
    newcomers = tuple(child for child in state.children if child.number in came)
    owed = []
    for number, step in enumerate(state.policy.steps[: state.climb.next_step]):
        told = told_at(
            Tell(step.tell, number, now), replace(state, children=newcomers), directory, now
        )
        reached = tuple(
            stand
            for stand in told.reached
            if stand.person.id not in state.told and (among is None or stand.person.id in among)
        )
        if reached:
            owed.append(replace(told, reached=reached))
    return tuple(owed)


def someone_unreached(
    state: LadderState, told: Collection[str], directory: Directory, now: datetime
) -> bool:
    """Whether a child not yet covered is left with no reachable told person.

    Who has since left the school, or the ladder's roles, stands for no child of it any more.
    """
    reached: set[int] = set()
    for person in _there(state, told, directory, now):
        if isinstance(standing(person, local_day(now), state.excluded), Reachable):
            reached |= children_in_scope(person, state.children)
    return not state.uncovered <= reached


def _there(
    state: LadderState, told: Collection[str], directory: Directory, now: datetime
) -> Iterator[Person]:
    """Those told who still stand in a role of this ladder for the school."""
    code, roles, on = state.school_code, state.policy.roles, local_day(now)
    for person in (directory.people[i] for i in told if i in directory.people):
        if stands := directory.standing_for(person, roles, code, on, state.excluded, state.passed):
            yield stands


def _next_absence(
    state: LadderState, told: Collection[str], directory: Directory, now: datetime
) -> Iterator[datetime]:
    """When somebody told goes away: no row changes then, so the ladder has to look by itself."""
    for person in _there(state, told, directory, now):
        for absence in person.absences:
            if absence.first_on > local_day(now):
                yield datetime.combine(absence.first_on, time(), LONDON).astimezone(UTC)


def climb(state: LadderState, directory: Directory, now: datetime) -> Climbed:
    """Tell every step that is due by now, in order, and say when to look again.

    There always is a next time (I11): while the alert is open the ladder never comes to rest.
    """
    told = set(state.told)
    steps: list[StepTold] = []
    at, hurry = state.climb, state.hurry
    while True:
        # Somebody was told already: by a step, or from the holiday list before the first.
        begun = at.next_step > 0 or bool(told)
        pull = begun and (hurry or someone_unreached(state, told, directory, now))
        match next_action(state.policy, at, now, someone_unreached=pull):
            case Wait(until):
                if at.next_step < len(state.policy.steps):
                    until = min([until, *_next_absence(state, told, directory, now)])
                return Climbed(tuple(steps), at.next_step, until, at.last_told_at)
            case Tell() as action:
                step = told_at(action, state, directory, now)
                steps.append(step)
                told |= {reachable.person.id for reachable in step.reached}
                hurry = False
                at = replace(at, next_step=at.next_step + 1, last_told_at=now)

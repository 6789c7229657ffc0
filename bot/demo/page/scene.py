"""What one viewer of the page sees, part by part; each part is sent again when it has changed.

It reads the database beside the service, as an operator would, so it goes on while the service is
down.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.demo.page.conductor import Conductor
from bot.demo.page.phone_face import face
from bot.demo.page.trouble import Trouble
from bot.demo.stage import Stage
from bot.domain.alert import AlertState, Leg
from bot.domain.calendar import local_day
from bot.domain.directory import Directory
from bot.domain.errors import NotFoundError
from bot.domain.people import Channel, Person, Role
from bot.domain.routing import InForce
from bot.flow.account import line_of_time
from bot.flow.context import Context
from bot.flow.in_force import in_force
from bot.flow.overview import Duty, Upcoming, accepted, duties, upcoming
from bot.flow.report import metrics
from bot.flow.watch import check_invariants
from bot.rendering.catalogue import Words, words
from bot.rendering.trail import Trail

_BELLS = 3
_AT_KINGSWAY = ("p021", "p022", "p046")
Parts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: in which language, at whose telephones, at which alert."""

    language: str
    phones: tuple[str, ...]
    alert: str = ""
    """As `key_of` names it; empty for the newest."""

    @property
    def say(self) -> Words:
        return words(self.language)


def key_of(duty: Duty) -> str:
    """What names an alert on the page."""
    return f"{duty.reference}/{duty.leg.value}/{duty.school}/{duty.number}"


class Scene:
    def __init__(self, stage: Stage, conductor: Conductor, trouble: Trouble) -> None:
        self._stage = stage
        self._conductor = conductor
        self._trouble = trouble
        self._ctx = Context.on(stage.settings.database_url, stage.clock)
        self._welcomes = len(stage.sandbox.ledger.sends())
        """What was said before anybody looked is no part of the figures."""

    async def close(self) -> None:
        await self._ctx.store.close()

    # --- from the sandbox's memory: cheap, looked at all the time --------------------------------

    def at_once(self, viewer: Viewer, directory: Directory) -> Parts:
        """The telephones and the time."""
        say, now = viewer.say, self._stage.clock.now()
        parts: Parts = {
            "time": {
                "clock": say.clock_to_the_second(now),
                "day": say.day(now.date()),
                "speed": int(self._conductor.speed),
            },
            "people": [self._person(directory, who, say) for who in directory.people.values()],
        }
        for person_id in viewer.phones:
            if person := directory.people.get(person_id):
                parts[f"phone/{person_id}"] = face(self._stage, person, person.language)
        return parts

    def _person(self, directory: Directory, person: Person, say: Words) -> Parts:
        phone = self._stage.phones.get(person.id)
        about = say.say(
            "demo.person",
            name=person.name,
            role=say.say(f"role.{person.role.value}"),
            where=self._where(directory, person, say),
        )
        return {
            "id": person.id,
            "about": about,
            "enrolled": any(c.channel is Channel.TELEGRAM for c in person.contacts),
            "blocked": phone is not None and phone.chat.blocked,
            "unread": 0 if phone is None else len(phone.unread),
        }

    def _where(self, directory: Directory, person: Person, say: Words) -> str:
        """The schools or the team that a person's role covers."""
        scope = person.scope
        if scope.everywhere:
            return say.say("demo.everywhere")
        known = directory.schools
        names = [known[code].name_in(say.language) for code in scope.schools if code in known]
        return ", ".join([*sorted(names), *sorted(scope.teams)])

    # --- from the database -----------------------------------------------------------------------

    async def directory(self) -> Directory:
        async with self._ctx.store.reading() as tx:
            return (await in_force(self._ctx, tx)).directory

    async def in_time(self, viewer: Viewer) -> Parts:
        """Alerts, what is due next, the chosen line of time, and whether anything is lost.
        StoreError if the database cannot serve."""
        async with self._ctx.store.reading() as tx:
            known = await in_force(self._ctx, tx)
            owed = await duties(tx)
            coming = await upcoming(self._ctx, tx)
            taken_in = await accepted(tx)
        chosen = self._chosen(viewer, owed)
        return {
            "alerts": self._alerts(viewer, known, owed, chosen),
            "next": self._next(viewer, known, coming),
            "line": await self._line(viewer, known, chosen),
            "trouble": await self._figures(taken_in),
        }

    def _alerts(self, viewer: Viewer, known: InForce, owed: list[Duty], chosen: str) -> list[Parts]:
        say, now = viewer.say, self._stage.clock.now()
        return [
            {
                "key": key_of(duty),
                "chosen": key_of(duty) == chosen,
                "reference": duty.reference,
                "where": self._school(known, duty.school, say) or say.say("role.mash_desk"),
                "leg": say.say(f"trail.leg_{duty.leg.value}"),
                "state": duty.state.value,
                "says": self._state(say, duty, now),
                "late": duty.state is AlertState.OPEN and duty.bell_at < now,
            }
            for duty in owed
        ]

    def _state(self, say: Words, duty: Duty, now: datetime) -> str:
        if duty.state is AlertState.OPEN:
            late = "demo.state_late" if duty.bell_at < now else "demo.state_open"
            state = say.say(late, bell=_when(say, duty.bell_at, now))
        else:
            decided = duty.leg is Leg.TRIAGE and duty.state is AlertState.ACKNOWLEDGED
            state = say.say("demo.state_decided" if decided else f"demo.state_{duty.state.value}")
        if duty.drill is None:
            return state
        return say.say("demo.of_drill", number=duty.drill, state=state)

    def _next(self, viewer: Viewer, known: InForce, coming: list[Upcoming]) -> Parts:
        say, now = viewer.say, self._stage.clock.now()
        bells = sorted(
            {(known.bell(code, now).at, code) for code in known.directory.schools},
        )
        return {
            "bells": [
                {"at": _when(say, at, now), "where": self._school(known, code, say)}
                for at, code in bells[:_BELLS]
            ],
            "due": [
                {
                    "at": _when(say, step.at, now),
                    "reference": step.reference,
                    "where": self._school(known, step.school, say),
                    "leg": say.say(f"trail.leg_{step.leg.value}"),
                    "whom": self._whom(known, say, step),
                }
                for step in coming
            ],
        }

    def _whom(self, known: InForce, say: Words, step: Upcoming) -> str:
        people = say.listed([known.directory.people[who].name for who in step.people])
        if step.drill is not None:
            people = say.say("demo.of_drill", number=step.drill, state=people)
        roles = ", ".join(say.say(f"role.{role.value}") for role in step.roles)
        if not people:
            return say.say("demo.due_nobody", roles=roles) if roles else say.say("demo.due_look")
        sentence = "demo.due_reminder" if step.reminder else "demo.due_step"
        return say.say(sentence, roles=roles, people=people)

    def _chosen(self, viewer: Viewer, owed: list[Duty]) -> str:
        keys = [key_of(duty) for duty in owed]
        if viewer.alert in keys or not keys:
            return viewer.alert
        newest = owed[0].reference
        of_school = [key_of(d) for d in owed if d.reference == newest and d.leg is Leg.SCHOOL]
        return (of_school or keys)[0]

    async def _line(self, viewer: Viewer, known: InForce, chosen: str) -> Parts:
        reference, leg, school, *_ = [*chosen.split("/"), "", ""]
        say, directory = viewer.say, known.directory
        trail = Trail(
            say,
            lambda who: directory.people[who].name if who in directory.people else who,
            lambda code: self._school(known, code, say) or code,
        )
        try:
            lines = await line_of_time(self._ctx, reference) if reference else []
        except NotFoundError:
            lines = []
        return {
            "reference": reference,
            "where": self._school(known, school, say) or (say.say("role.mash_desk") if leg else ""),
            "lines": [
                {
                    "at": say.clock_to_the_second(line["at"]),
                    "kind": line["action"].replace(":", "-"),
                    "text": trail.sentence(line),
                }
                for line in lines
                if line.get("leg", leg) == leg and line.get("school", school) == school
            ],
        }

    async def _figures(self, taken_in: int) -> Parts:
        """What was promised, and whether any of it is lost. `sent` is all that Telegram took, a
        drill's words as well."""
        ledger, gauges = self._stage.sandbox.ledger, await metrics(self._ctx)
        broken = await check_invariants(self._ctx.store, self._ctx)
        refused = Counter(entry.code for entry in ledger.refused)
        return {
            "up": self._conductor.up,
            "on": sorted(self._trouble.standing),
            "accepted": taken_in,
            "waiting": int(gauges["messages_pending"]),
            "sent": len(ledger.sends()) - self._welcomes,
            "refused": refused.total(),
            "broken": sum(breach.count for breach in broken),
        }

    def _school(self, known: InForce, code: str, say: Words) -> str:
        school = known.directory.schools.get(code)
        return school.name_in(say.language) if school else ""


def _when(say: Words, at: datetime, now: datetime) -> str:
    """A time of today, or of which day."""
    return say.clock(at) if local_day(at) == local_day(now) else say.moment(at)


def first_seen(directory: Directory) -> tuple[str, ...]:
    """Whose telephones lie on the table at first: of one school its DSP and deputy, its nurse, and
    a coordinator."""
    coordinator = next(p.id for p in directory.people.values() if p.role is Role.COORDINATOR)
    return (*_AT_KINGSWAY, coordinator)

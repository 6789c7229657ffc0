"""What a drill came to, gathered from the rows that every alert leaves, and in the chat's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.domain.alert import OF_THE_DESK, AlertState
from bot.domain.calendar import local_day
from bot.domain.cover import Skipped, SkipReason, standing
from bot.domain.drill import Drill
from bot.domain.drill_report import DrillReport, LegReport, Told, Unreached
from bot.domain.message import Kind, MessageState
from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.rendering.catalogue import Words
from bot.store import alerts, disclosures, drills, tellings
from bot.store.unit_of_work import Tx

_FIRST_TOLD = (Kind.ALERT, Kind.ESCALATION)
_ON_ITS_WAY = (MessageState.PENDING, MessageState.CLAIMED)
_LINES = 15
"""Of each list in the chat, as many as a telephone shows well."""


async def report_of(tx: Tx, known: InForce, drill: Drill, now: datetime) -> DrillReport:
    """All that can be said by now. Who could not be told is as it was when the drill ended:
    somebody who enrols the week after was missing all the same."""
    rows = await drills.notices(tx, drill.number)
    raised = await alerts.of_notifications(tx, [row.id for row in rows], lock=False)
    duties = sorted(
        (duty for duty in raised if duty.leg not in OF_THE_DESK),
        key=lambda duty: (duty.school_code, duty.id),  # whichever was raised first
    )
    ids = [duty.id for duty in duties]
    told = await tellings.of_alerts(tx, ids)
    answers = await alerts.answers(tx, ids)
    openings = await disclosures.first_openings(tx, ids)
    before = await drills.unreached(tx, drill.number)
    if before is None:
        skipped = await _skipped(tx, known, duties, told, now)
        bare = [code for code in drill.schools if not _has_deputy(known, code)]
    else:
        skipped = {int(i): people for i, people in before["people"].items()}
        bare = before["without_deputy"]
    names = await drills.names(
        tx,
        {t.person_id for t in told}
        | {answer.person_id for given in answers.values() for answer in given}
        | {person for people in skipped.values() for person in people},
    )
    of_alert: dict[int, list[Row[Any]]] = {}
    for telling in told:
        of_alert.setdefault(telling.alert_id, []).append(telling)
    legs = [
        _leg(
            duty,
            _people(duty, of_alert.get(duty.id, ()), answers[duty.id], openings, names),
            tuple(
                Unreached(i, names[i].name, names[i].role, SkipReason(why))
                for i, why in sorted(skipped.get(duty.id, {}).items())
                if i in names
            ),
            [answer.person_id for answer in answers[duty.id] if answer.role in _settlers(duty)],
        )
        for duty in duties
    ]
    return DrillReport(drill, tuple(legs), tuple(bare))


def kept(report: DrillReport) -> dict[str, Any]:
    """What of it has to be written down when the drill ends, since the directory moves on."""
    return {
        "people": {
            str(leg.alert_id): {person.id: person.why.value for person in leg.unreached}
            for leg in report.legs
        },
        "without_deputy": list(report.without_deputy),
    }


def _settlers(duty: Row[Any]) -> Sequence[Role]:
    return alerts.policy(duty).settled_by


def _has_deputy(known: InForce, code: str) -> bool:
    return bool(known.directory.covering(Role.DEPUTY_DSP, code, [None], None))


async def _skipped(
    tx: Tx, known: InForce, duties: Sequence[Row[Any]], told: Sequence[Row[Any]], now: datetime
) -> dict[int, dict[str, str]]:
    """By alert: who was left out when a step came to them, whom the channel refused, and who could
    settle it but could not have been told had the ladder ever come to them."""
    found: dict[int, dict[str, str]] = {duty.id: {} for duty in duties}
    for line in await drills.steps_told(tx, {duty.notification_id for duty in duties}):
        if line.alert_id in found:
            found[line.alert_id] |= line.detail.get("skipped", {})
    for telling in told:
        if telling.message_state is MessageState.REJECTED:
            found[telling.alert_id][telling.person_id] = SkipReason.CONTACT_BLOCKED.value
    arrived = {(t.alert_id, t.person_id) for t in told if t.sent_at is not None}
    for duty in duties:
        for role in _settlers(duty):
            today = local_day(now)
            for person in known.directory.covering(role, duty.school_code, [None], today):
                stand = standing(person, today)
                if isinstance(stand, Skipped):
                    found[duty.id].setdefault(person.id, stand.reason.value)
        for person_id in list(found[duty.id]):
            if (duty.id, person_id) in arrived:
                del found[duty.id][person_id]
    return found


def _people(
    duty: Row[Any],
    told: Sequence[Row[Any]],
    answers: Sequence[Any],
    openings: Mapping[tuple[int, str], datetime],
    names: Mapping[str, Row[Any]],
) -> tuple[Told, ...]:
    """Everyone who was told, or is about to be, or answered without; each once."""
    sent: dict[str, datetime | None] = {}
    for telling in told:
        arrives = telling.sent_at is not None or telling.message_state in _ON_ITS_WAY
        if arrives and telling.kind in _FIRST_TOLD:
            sent[telling.person_id] = sent.get(telling.person_id) or telling.sent_at
    given = {answer.person_id: answer.at for answer in reversed(answers)}
    return tuple(
        Told(
            i,
            names[i].name,
            names[i].role,
            sent.get(i),
            openings.get((duty.id, i)),
            given.get(i),
        )
        for i in dict.fromkeys([*sent, *given])
        if i in names
    )


def _leg(
    duty: Row[Any], told: tuple[Told, ...], unreached: tuple[Unreached, ...], settlers: list[str]
) -> LegReport:
    settled = duty.state is AlertState.ACKNOWLEDGED and settlers
    return LegReport(
        alert_id=duty.id,
        reference=duty.reference,
        school=duty.school_code,
        leg=duty.leg,
        state=duty.state,
        bell_at=duty.bell_at,
        told=told,
        unreached=unreached,
        settled_by=next(p for p in told if p.id == settlers[0]) if settled else None,
    )


# --- in the chat ---------------------------------------------------------------------------------


def report_lines(say: Words, known: InForce, report: DrillReport, *, over: bool) -> list[str]:
    """The short form: what it came to, who is missing, and each alert, the unanswered first."""
    heading = "drill.report_over" if over else "drill.report_so_far"
    totals = report.totals()
    lines = [
        say.say(heading, number=report.drill.number),
        say.say(
            "drill.report_alerts",
            alerts=totals["alerts"],
            settled=totals["alerts settled"],
            before=totals["alerts settled before the bell"],
        ),
        say.say(
            "drill.report_people",
            told=totals["people told"],
            opened=totals["people who opened"],
            acknowledged=totals["people who acknowledged"],
        ),
    ]
    missing = [
        say.say(
            "drill.report_not_reached",
            person=person.name,
            role=say.say(f"role.{person.role.value}"),
            why=say.say(f"skip.{person.why.value}"),
        )
        for person in report.unreached
    ]
    bare = [
        say.say("drill.report_no_deputy", school=school_name(known, code, say.language))
        for code in report.without_deputy
    ]
    legs = sorted(report.legs, key=lambda leg: leg.settled_by is not None)
    answered = [_leg_line(say, known, leg) for leg in legs]
    return [*lines, *_cut(say, missing), *_cut(say, bare), *_cut(say, answered)]


def _leg_line(say: Words, known: InForce, leg: LegReport) -> str:
    school = school_name(known, leg.school, say.language)
    names = {"school": school, "leg": say.say(f"drill.leg.{leg.leg.value}")}
    minutes = leg.minutes_before_the_bell
    if leg.state is AlertState.MISDIRECTED:
        return say.say("drill.report_misdirected", **names)
    if leg.settled_by is None or minutes is None:
        return say.say("drill.report_nobody", **names)
    sentence = "drill.report_before" if minutes >= 0 else "drill.report_after"
    return say.say(sentence, **names, name=leg.settled_by.name, minutes=abs(minutes))


def school_name(known: InForce, code: str, language: str) -> str:
    school = known.directory.schools.get(code)
    return school.name_in(language) if school else code


def _cut(say: Words, lines: list[str]) -> list[str]:
    more = len(lines) - _LINES
    return [*lines[:_LINES], *([say.count("answer.more_not_shown", more)] if more > 0 else [])]

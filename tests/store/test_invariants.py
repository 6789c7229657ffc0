"""Each invariant that the database can show is seen to fire: a row is broken by hand, it is named,
the row is put right, nothing is named. And looking every half minute costs what waits, no more."""

import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import sqlite

from bot.domain.alert import AlertState, Leg, NotificationState
from bot.domain.asking import DeskAnswer, DeskQuestion
from bot.domain.covers import CoverState
from bot.domain.evening import CheckKind
from bot.domain.message import Kind, MessageState
from bot.domain.people import Channel, ContactState
from bot.store import answers, plans
from bot.store.invariants import GRACE, HISTORY, WAITING, Query, breaches
from bot.store.tables import (
    absences,
    alerts,
    closures,
    contact_methods,
    containments,
    covers,
    events,
    facts,
    messages,
    notification_versions,
    notifications,
    offers,
    outages,
    question_askers,
    questions,
    readiness_checks,
    stand_ins,
    tellings,
    views,
)
from bot.store.types import EPOCH
from bot.store.unit_of_work import Tx
from tests.builders import child, child_of, notice
from tests.world import MONDAY_AT_SEVEN, World

LATE = GRACE + timedelta(seconds=1)
Broken = Callable[[World, Tx], Awaitable[Any]]


@pytest.fixture
async def story(world: World) -> World:
    """Notice 1 with alert 1 open and opened by Mair, alert 2 acknowledged by Nia; notice 2 in
    triage at the desk with task 3."""
    school = await world.school("Ysgol Bryn", dsp="Mair", nurse="Nia")
    await world.authority()
    await world.police.send(child_of(school))
    await world.phone("Mair").opens(world.phone("Mair").expects("alert"))
    await world.phone("Nia").press("Acknowledge", world.phone("Nia").expects("alert"))
    await world.police.send(notice(child() | {"school": {"name": "Somewhere else entirely"}}))
    world.phone("Desk").expects("triage")
    assert await world.breaches() == []
    return world


def of_alert(number: int, **values: Any) -> Broken:
    return lambda world, tx: tx.execute(
        update(alerts).where(alerts.c.id == number).values(**values)
    )


def of_notice(number: int, **values: Any) -> Broken:
    return lambda world, tx: tx.execute(
        update(notifications).where(notifications.c.id == number).values(**values)
    )


async def forgotten(world: World, tx: Tx) -> None:
    await of_notice(1, state=NotificationState.RECEIVED, raise_due_at=None)(world, tx)


async def never_raised(world: World, tx: Tx) -> None:
    await of_notice(1, raise_due_at=world.clock.now() - LATE, raise_attempts=0)(world, tx)


async def overdue(world: World, tx: Tx) -> None:
    await of_alert(1, next_step_at=world.clock.now() - LATE)(world, tx)


async def never_checked(world: World, tx: Tx) -> None:
    late = world.clock.now() - LATE
    row = {"day": late.date(), "kind": CheckKind.EVENING, "due_at": late, "told": 0}
    await tx.execute(insert(readiness_checks).values(row))


async def away(world: World, tx: Tx, **values: Any) -> int:
    today = world.clock.now().date()
    row = {"person_id": "mair", "first_on": today, "last_on": today}
    return await tx.add(absences, **row, **values)


async def never_settled(world: World, tx: Tx) -> None:
    await tx.add(
        covers,
        absence_id=await away(world, tx),
        person_id="nia",
        state=CoverState.ASKED,
        asked_at=world.clock.now(),
        due_at=world.clock.now() - LATE,
    )


async def never_turned(world: World, tx: Tx) -> None:
    await away(world, tx, turn_at=world.clock.now() - LATE)


async def claimed_long_ago(world: World, tx: Tx) -> None:
    first = select(func.min(messages.c.id)).scalar_subquery()
    await tx.execute(
        update(messages)
        .where(messages.c.id == first)
        .values(state=MessageState.CLAIMED, claimed_until=world.clock.now() - LATE)
    )


async def never_hidden(world: World, tx: Tx) -> None:
    await tx.execute(update(views).values(hidden_at=None, hide_at=world.clock.now() - LATE))


async def held_for_too_long(world: World, tx: Tx) -> None:
    late = world.clock.now() - LATE
    await of_alert(1, held_until=late, next_step=0)(world, tx)


async def held_and_looked_at_by_nobody(world: World, tx: Tx) -> None:
    until = world.clock.now() + LATE
    await of_alert(1, held_until=until, next_step=0, next_step_at=until + LATE)(world, tx)


async def closed_and_not_planned_anew(world: World, tx: Tx) -> None:
    late = world.clock.now() - LATE
    days = {"first_on": late.date(), "last_on": late.date(), "why": "snow"}
    row = {"school_code": "9992001", "added_by": "mair", "added_at": late, "replan_at": late}
    await tx.add(closures, **row, **days)


async def plan_never_asked_for(world: World, tx: Tx) -> None:
    late = world.clock.now() - LATE
    await plans.owe(tx, (1, "mair"), late, late)


async def offered_for_too_long(world: World, tx: Tx) -> None:
    """What Nia was offered after her answer."""
    await tx.execute(update(offers).values(until_at=world.clock.now() - LATE))


async def settled_by_nothing(world: World, tx: Tx) -> None:
    await answers.take_back(tx, [1], "undone", world.clock.now())


async def told_after_the_end(world: World, tx: Tx) -> None:
    late = world.clock.now() + timedelta(seconds=1)
    await tx.execute(update(tellings).where(tellings.c.alert_id == 2).values(told_at=late))


async def opened_unwritten(world: World, tx: Tx) -> None:
    await tx.execute(delete(events).where(events.c.action == "alert:opened"))


async def content_lost(world: World, tx: Tx) -> None:
    await tx.execute(
        delete(notification_versions).where(notification_versions.c.notification_id == 1)
    )


async def never_there(world: World, tx: Tx) -> None:
    row = {"at": world.clock.now(), "action": "notification:received", "detail": {}}
    await tx.execute(insert(events).values(**row))


async def without_alerts(world: World, tx: Tx) -> None:
    absent = {"reference": "ENC-ABSENT00", "partner_id": 1, "source_reference": "x"}
    await tx.execute(
        insert(notifications).values(
            **absent,
            state=NotificationState.RAISED,
            version=0,
            content={},
            excluded=[],
            received_at=world.clock.now(),
        )
    )


def record(**values: Any) -> Broken:
    """A containment record of notice 1 that is as it should be, but for these values."""

    async def added(world: World, tx: Tx) -> None:
        now = world.clock.now()
        plain = {
            "notification_id": 1, "refusal": 1, "version": 1, "school_code": "9992001",
            "child_number": 1, "alert_id": 1, "sealed_by": "mair", "sealed_at": now,
            "ledger_end": 1, "report_due_at": now, "next_reminder_at": now,
        }  # fmt: skip
        await tx.execute(insert(containments).values(**plain | values))

    return added


def telegram_fails(**values: Any) -> Broken:
    """Telegram has failed for an hour, and what it owes to Mair, who has a mailbox, still waits."""

    async def fails(world: World, tx: Tx) -> None:
        at = world.clock.now() - timedelta(hours=1)
        row = {"channel": Channel.TELEGRAM, "since": at, "address": "1", "several": True}
        await tx.execute(insert(outages).values(**row, due_at=at, **values))
        mailbox = {"person_id": "mair", "channel": Channel.EMAIL, "address": "m@bryn.example"}
        working = {"state": ContactState.WORKING, "enrolled_at": at}
        await tx.execute(insert(contact_methods).values(**mailbox, **working))
        await tx.execute(insert(facts).values(name="second_ways", value="email"))
        card = select(func.min(messages.c.id)).where(
            messages.c.kind == Kind.ALERT, messages.c.person_id == "mair"
        )
        waiting = {"state": MessageState.PENDING, "attempts": 1, "created_at": at}
        await tx.execute(
            update(messages).where(messages.c.id == card.scalar_subquery()).values(**waiting)
        )

    return fails


async def reserved_and_forgotten(world: World, tx: Tx) -> None:
    first = select(func.min(messages.c.id)).scalar_subquery()
    row = {"channel": Channel.SMS, "created_at": world.clock.now()}
    await tx.execute(insert(stand_ins).values(instead_of=first, **row))


async def sealed_by_halves(world: World, tx: Tx) -> None:
    """Its view is open still, its child in it, and nothing is on record."""
    now = world.clock.now()
    ended = of_alert(1, state=AlertState.MISDIRECTED, ended_at=now, next_step_at=None)
    await ended(world, tx)


async def due_and_untold(world: World, tx: Tx) -> None:
    await tx.execute(delete(tellings).where(tellings.c.alert_id == 1))
    await of_alert(1, leg=Leg.QUESTION, bell_at=world.clock.now() - LATE)(world, tx)


async def answered_and_open(world: World, tx: Tx) -> None:
    now = world.clock.now()
    row = {
        "alert_id": 1, "about_id": 2, "leg": Leg.SCHOOL, "question": DeskQuestion.SEEN,
        "child_number": 1, "asked_at": now, "answer": DeskAnswer.NO, "answered_at": now,
    }  # fmt: skip
    await tx.execute(insert(questions).values(**row))
    asker = {"question_id": 1, "person_id": "mair", "about_id": 2, "asked_at": now}
    await tx.execute(insert(question_askers).values(**asker))


PROMISES: dict[str, Broken] = {
    "I1 a notification received and forgotten": forgotten,
    "I1 a new version that nobody will look at": of_notice(1, raised_version=0),
    "I1 a notification in triage without an open task": of_alert(3, state=AlertState.CLOSED),
    "I1 a refused child that nobody is asked about": record(child_number=2),
    "I3 an opened view of what was sealed": sealed_by_halves,
    "I6 a sealed alert without a containment record": sealed_by_halves,
    "I9 a sealed alert with a child in it": sealed_by_halves,
    "I11 an open containment record of which nobody will hear": record(next_reminder_at=None),
    "I7 a notification waiting to be raised": never_raised,
    "I7 a ladder that is overdue": overdue,
    "I7 a claim that nobody took over": claimed_long_ago,
    "I7 a view that was not hidden": never_hidden,
    "I7 a hold that is over and was not served": held_for_too_long,
    "I11 a held alert that nobody looks at when its hold ends": held_and_looked_at_by_nobody,
    "I7 a school's alerts that were not planned anew": closed_and_not_planned_anew,
    "I7 a plan that is due and was not asked for": plan_never_asked_for,
    "I7 an offer on a card whose time is over": offered_for_too_long,
    "I9 a settled alert whose answers were taken back": settled_by_nothing,
    "I7 a check of the cover that was not done": never_checked,
    "I7 a question who stands in, past its time": never_settled,
    "I7 an absence whose day has come unseen": never_turned,
    "I5 a channel that fails and was not declared down": telegram_fails(),
    "I5 what a failing channel owes and no other brings": telegram_fails(declared_at=EPOCH),
    "I5 another way that stands in and says nothing": reserved_and_forgotten,
    "I11 an open alert without a next step": of_alert(1, next_step_at=None),
    "I11 a question that stands and asks nothing": of_alert(1, leg=Leg.QUESTION),
    "I11 a question that was due and of which nobody was told": due_and_untold,
    "I9 a question whose answer and duty disagree": answered_and_open,
    "I1 a notification raised without an alert": without_alerts,
    "I2 an accepted version whose content is not kept": content_lost,
    "I4 a step told after the alert had ended": told_after_the_end,
    "I6 a disclosure without its event": opened_unwritten,
    "I8 notifications accepted and not held": never_there,
    "I9 an ended alert whose ladder goes on": of_alert(1, state=AlertState.CLOSED),
    "I9 an open alert that has ended": of_alert(1, ended_at=EPOCH),
}


class _PutRightError(Exception):
    """Ends the unit in which something was broken, so that nothing of it stays."""


def test_every_promise_of_the_database_is_broken_below() -> None:
    named = {f"{invariant} {what}" for invariant, what, _ in (*WAITING, *HISTORY)}
    assert set(PROMISES) == named | {"I8 notifications accepted and not held"}


@pytest.mark.parametrize("promise", PROMISES)
async def test_a_broken_promise_is_named_until_it_is_put_right(story: World, promise: str) -> None:
    with pytest.raises(_PutRightError):
        async with story.ctx.store.unit() as tx:
            await PROMISES[promise](story, tx)
            found = await breaches(tx, story.clock.now(), history=True)
            raise _PutRightError
    assert promise in [f"{breach.invariant} {breach.what}" for breach in found]
    assert all(breach.count == 1 for breach in found)
    assert await story.breaches() == []


def plan_of(query: Query, database: Path) -> list[str]:
    """How SQLite would answer this query, with its values bound as in production, a step a line."""
    compiled = query(MONDAY_AT_SEVEN).compile(
        dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True}
    )
    processors: dict[str, Any] = dict(compiled._bind_processors)
    values = {
        name: processors[name](value) if name in processors else value
        for name, value in compiled.params.items()
    }
    connection = sqlite3.connect(database)
    try:
        return [row[3] for row in connection.execute(f"explain query plan {compiled}", values)]
    finally:
        connection.close()


@pytest.mark.parametrize(
    "query", [query for _, _, query in WAITING], ids=[what for _, what, _ in WAITING]
)
def test_what_is_looked_at_every_half_minute_is_found_by_an_index(
    sqlite_file: Path, query: Query
) -> None:
    plan = plan_of(query, sqlite_file)
    whole = [step for step in plan if step.startswith("SCAN ") and " USING " not in step]
    assert [step for step in whole if step != "SCAN CONSTANT ROW"] == [], plan

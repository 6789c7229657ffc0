"""Everybody at once: `python -m tests.rigs.races --races 1000`.

Twenty alerts at a time, each at a school of its own, come to the instant at which their ladders are
due. Then, in an order drawn from the seed (`turns`), two workers climb, raise and send, the ladder
in force is changed, and at each alert one to four of these are done: either of its two people
presses *Acknowledge*, *Not our pupil* or *Recuse*, opens the details or leaves; the sender
withdraws it, adds to it or sends it again (`race_deeds`). Behind each lot no step may have been
told behind the end of an alert, nothing be said of what was withdrawn but that, nothing be done or
seen by who had left, no answer and no withdrawal be lost. Each race is one alert's.
"""

import logging
import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.rig import FIRST_ACCOUNT, without_nurses
from bot.domain.alert import AlertState
from bot.domain.delivery import Notifier, Operation, Outcome, Outgoing, Sent
from bot.domain.message import OF_LADDERS, Kind
from bot.domain.people import Channel, Person, Role, Scope
from bot.domain.school import School
from bot.flow.close import close
from bot.flow.configure import read_config, take_config
from bot.flow.contain import contain_due
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.flow.dispatch import Dispatcher
from bot.flow.escalate import escalate_due
from bot.flow.offers import offers_over
from bot.flow.open_alert import hide_due
from bot.flow.partners import create_key
from bot.flow.plan_due import plans_due
from bot.flow.raise_alerts import raise_due
from bot.flow.receive import receive
from bot.flow.watch import check_invariants
from bot.intake.directory_csv import DirectoryFile
from bot.store.directory import bind_contact
from bot.store.tables import acknowledgements, alerts, events, messages, notifications, tellings
from tests.conftest import fresh_database
from tests.databases import Postgres
from tests.rigs.long_form import long_form
from tests.rigs.race_deeds import DEEDS, PARTNER, OnwardClock, Scene, incoming, repeated, scene_of
from tests.rigs.turns import InTurn, Turns

_BEGINS = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
_AT_ONCE = 20
_LOTS = 20
"""So many lots on one database: its day is over then."""
_WORKERS = 2
_WITHIN = {True: 0.0, False: 0.3}
"""The share of the statements in a unit before which it dallies; where there is one writer, that
would change nothing."""
_STAGES = (raise_due, escalate_due, hide_due, contain_due, plans_due, offers_over)
_DONE_BY_WHO_HAD_LEFT = ("press.acknowledged", "press.opened", "press.not_ours", "press.recused")
_AUTHORITY = (Role.EDUCATION_SAFEGUARDING, Role.MASH_DESK, Role.COORDINATOR)
MUST_BE_NONE = ("steps after an acknowledgement", "said of what was withdrawn",
                "done by who had left", "lost", "errors", "broken promises")  # fmt: skip


class _Telephones:
    """Telegram, which takes everything at once."""

    channel = Channel.TELEGRAM

    def __init__(self) -> None:
        self._numbers = count(1)

    async def deliver(self, message: Outgoing) -> Outcome:
        return Sent(str(next(self._numbers)))

    async def answer_press(self, press_id: str, text: str, *, alert: bool) -> None:
        """Nobody looks."""


class _Errors(logging.Handler):
    """What the service thought worth an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")


class Races:
    """Those on one database."""

    def __init__(self, database: str, config: Path, lot: random.Random) -> None:
        one_writer = database.startswith("sqlite")
        self._turns, within = Turns(lot, one_writer=one_writer), _WITHIN[one_writer]
        self._lot, self._clock, self._config = lot, OnwardClock(_BEGINS), config
        telephones: dict[Channel, Notifier] = {Channel.TELEGRAM: _Telephones()}
        self._workers = [
            Context(InTurn(database, self._turns, within), self._clock, f"worker {number}",
                    telephones, rate=1e6, chat_seconds=0.0)
            for number in range(_WORKERS)
        ]  # fmt: skip
        self._senders = [Dispatcher(ctx, Channel.TELEGRAM) for ctx in self._workers]
        self._ctx = self._workers[0]
        codes = [f"{9_000_000 + number}" for number in range(_AT_ONCE)]
        self._schools = [
            School(code, f"School {code}", time(8, 50), time(15, 20), "porth-awel")
            for code in codes
        ]
        self._people = [
            Person(f"{role}-{code}", f"{role} {code}", role, Scope(schools=frozenset({code})))
            for code in codes
            for role in (Role.DSP, Role.DEPUTY_DSP)
        ] + [Person(role, role, role, Scope(True)) for role in _AUTHORITY]
        self._accounts = count(FIRST_ACCOUNT)
        self.did: Counter[str] = Counter()
        self.broken: Counter[str] = Counter(dict.fromkeys(MUST_BE_NONE, 0))
        self.says: list[str] = []

    async def run(self, races: int) -> None:
        errors = _Errors()
        logging.getLogger("bot").addHandler(errors)
        try:
            await take_config(self._ctx, read_config(self._config))
            await create_key(self._ctx, PARTNER[1])
            await self._arrive(self._people)
            while races > 0:
                await self._one_lot(min(_AT_ONCE, races))
                races -= _AT_ONCE
        finally:
            logging.getLogger("bot").removeHandler(errors)
            for ctx in self._workers:
                await ctx.store.close()
            self._found("errors", *errors.said)

    def _found(self, what: str, *each: object) -> None:
        self.broken[what] += len(each)
        self.says += [f"{what}: {one}" for one in each]

    async def _arrive(self, people: Sequence[Person]) -> None:
        """Everybody is in the directory, and these have just enrolled."""
        await apply(self._ctx, [DirectoryFile(schools=self._schools, people=self._people)])
        async with self._ctx.store.unit() as tx:
            for person in people:
                account = str(next(self._accounts))
                await bind_contact(tx, person.id, Channel.TELEGRAM, account, self._clock.now())

    # --- one lot ---------------------------------------------------------------------------------

    async def _one_lot(self, races: int) -> None:
        scenes = await self._raised(races)
        lot, deeds = self._lot, []
        for scene in scenes:
            drawn = lot.choices(*zip(*DEEDS, strict=True), k=lot.randint(1, 4))
            deeds += [
                repeated(partial(deed, lot.choice(self._workers), scene, lot)) for deed in drawn
            ]
        self.did["deeds"] += len(deeds)
        for ctx, sender in zip(self._workers, self._senders, strict=True):
            deeds += [
                self._climbs(ctx),
                self._sends(sender),
                self._sends(sender),
                self._raises(ctx),
            ]
        deeds.append(self._another_ladder())
        lot.shuffle(deeds)
        for error in await self._turns.all_of(deeds):
            self._found("errors", repr(error))
        await self._does_what_is_due()
        for scene in scenes:
            await self._judge(scene)
        await self._end([scene.reference for scene in scenes])
        gone = {person for scene in scenes for person in scene.left}
        await self._arrive([person for person in self._people if person.id in gone])
        self.did["races"] += races

    async def _raised(self, races: int) -> list[Scene]:
        """Their cards are out, and their ladders are due."""
        now = self._clock.now()
        scenes = [
            scene_of(school, f"{Role.DSP}-{school.code}", f"{Role.DEPUTY_DSP}-{school.code}", now)
            for school in self._schools[:races]
        ]
        taken = await receive(self._ctx, [incoming(self._clock, scene.body) for scene in scenes])
        await self._comes_to_rest()
        async with self._ctx.store.reading() as tx:
            for scene, received in zip(scenes, taken, strict=True):
                scene.reference = received.reference
                joined = alerts.join(notifications)
                row = await tx.first(
                    select(alerts).select_from(joined)
                    .where(notifications.c.reference == scene.reference)
                )  # fmt: skip
                assert row is not None
                scene.alert = row.id
                for card in await tx.all(select(messages).where(messages.c.alert_id == row.id)):
                    scene.cards[card.person_id] = (card.address, card.provider_message_id)
                due = row.next_step_at
        self._clock.move_to(due + timedelta(seconds=1))
        for scene in scenes:
            scene.began_at = self._clock.now()
        return scenes

    async def _climbs(self, ctx: Context) -> None:
        while await escalate_due(ctx):
            pass

    async def _raises(self, ctx: Context) -> None:
        while await raise_due(ctx):
            pass

    async def _sends(self, sender: Dispatcher) -> None:
        await sender.step()
        await sender.drain()

    async def _another_ladder(self) -> None:
        """Which counts for what is raised from now on."""
        path = self._config / "escalation.toml"
        minutes = self._lot.randint(8, 12)
        lines = path.read_text().splitlines()
        [place] = [n for n, line in enumerate(lines) if line.startswith('after = "')][:1]
        lines[place] = f'after = "{minutes}m"'
        path.write_text("\n".join(lines))
        await take_config(self._ctx, read_config(self._config))

    async def _does_what_is_due(self) -> None:
        while any([await stage(self._ctx) for stage in _STAGES]):
            pass

    async def _comes_to_rest(self) -> None:
        """Everything is done that is due, and sent."""
        await self._does_what_is_due()
        sender = self._senders[0]
        while await sender.step():
            pass
        await sender.drain()

    async def _end(self, references: Sequence[str]) -> None:
        """What is open is closed by a coordinator, what is shown is hidden; then every promise."""
        async with self._ctx.store.reading() as tx:
            open_ones = select(notifications.c.reference).join(alerts).distinct()
            where = (alerts.c.state == AlertState.OPEN, notifications.c.reference.in_(references))
            still = [row.reference for row in await tx.all(open_ones.where(*where))]
        for reference in still:
            await close(self._ctx, reference, "told by telephone", "command line")
        self._clock.move_to(self._clock.now() + timedelta(seconds=61))
        await self._comes_to_rest()
        self._found("broken promises", *await check_invariants(self._ctx.store, self._ctx))

    # --- what came of it -------------------------------------------------------------------------

    async def _judge(self, scene: Scene) -> None:
        async with self._ctx.store.reading() as tx:
            [alert] = await tx.all(select(alerts).where(alerts.c.id == scene.alert))
            of_it = await tx.all(select(tellings).where(tellings.c.alert_id == scene.alert))
            ladder = [row for row in of_it if row.kind in OF_LADDERS]
            sent = select(messages.c.kind, messages.c.created_at).where(
                messages.c.alert_id == scene.alert, messages.c.operation == Operation.SEND
            )
            words = await tx.all(sent)
            answers = select(acknowledgements.c.person_id, acknowledgements.c.acknowledged_at)
            given = await tx.all(answers.where(acknowledgements.c.alert_id == scene.alert))
            taken_back = select(func.min(events.c.at)).join(notifications)
            withdrawn_at = await tx.scalar(
                taken_back.where(
                    events.c.action == "notification:withdrawn",
                    notifications.c.reference == scene.reference,
                )
            )
        ended_at, settled = alert.ended_at, alert.state is not AlertState.OPEN
        late = [row for row in ladder if settled and row.told_at > ended_at]
        self._found("steps after an acknowledgement", *late)
        if alert.state is AlertState.WITHDRAWN:
            behind = [row for row in words if row.created_at > ended_at]
            wrong = [row for row in behind if row.kind is not Kind.WITHDRAWN]
            self._found("said of what was withdrawn", *wrong)
        for said in scene.said:
            gone_at = scene.left.get(said.person)
            if gone_at and said.began_at > gone_at and said.sentence in _DONE_BY_WHO_HAD_LEFT:
                self._found("done by who had left", said)
        people = [row.person_id for row in given]
        lost = [who for who in scene.pressed("press.acknowledged") if who not in people]
        ends = (AlertState.WITHDRAWN, AlertState.MISDIRECTED)
        if scene.withdrawn and not scene.sent_again and alert.state not in ends:
            lost.append(f"the withdrawal of {scene.reference}, which is {alert.state}")
        self._found("lost", *lost)
        moments = {
            "acknowledged first": [row.acknowledged_at for row in given],
            "climbed first": [row.told_at for row in ladder if row.told_at > scene.began_at],
            "withdrawn first": [withdrawn_at] if withdrawn_at else [],
        }
        first = [(min(at), what) for what, at in moments.items() if at]
        self.did[min(first)[1] if first else "otherwise"] += 1


async def races(
    template: Path | Postgres, folder: Path, seed: int, wanted: int
) -> tuple[dict[str, int], dict[str, int]]:
    """So many, on as many fresh databases as they take: what it did, and what must be 0."""
    names = (
        "races",
        "acknowledged first",
        "climbed first",
        "withdrawn first",
        "otherwise",
        "deeds",
    )
    did, broken = Counter(dict.fromkeys(names, 0)), Counter(dict.fromkeys(MUST_BE_NONE, 0))
    lot = random.Random(seed)
    for number in count():
        if not (part := min(_AT_ONCE * _LOTS, wanted - did["races"])):
            break
        place = folder / str(number)
        place.mkdir()
        config = without_nurses(place)
        ladder = config / "escalation.toml"
        # Soon behind the first card, at whatever time of day.
        ladder.write_text(ladder.read_text().replace('not_before = "bell-60m"', "", 1))
        async with fresh_database(template, place / "database") as database:
            run = Races(database, config, random.Random(lot.getrandbits(64)))
            await run.run(part)
        did.update(run.did)
        broken.update(run.broken)
        for said in run.says:
            sys.stderr.write(f"{said}\n")
    return dict(did), dict(broken)


def main() -> int:
    return long_form("races", __doc__, "races", 1000, races)


if __name__ == "__main__":
    sys.exit(main())

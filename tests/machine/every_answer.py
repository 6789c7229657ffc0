"""The machine: who does what, in whatever order is drawn; all promises are asked each time."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from bot.domain.calendar import local_day
from bot.domain.errors import ConflictError
from bot.flow import absent
from bot.flow.close import close
from bot.flow.leave import leave
from bot.sandbox.chats import ChatMessage
from tests.builders import LONDON
from tests.canary.marks import Kid
from tests.databases import Postgres
from tests.machine.town import EVERYBODY, EXCLUDABLE, LEAVER, SCHOOLS, YEARS, Town
from tests.machine.watch import Watch

_TAKEN_OVER = timedelta(seconds=16)
_MOST_NOTICES = 4
_VERBS = (
    "o:{}", "a:{}", "h:{}", "p:{}:1", "t:{}:0", "t:{}:1", "r:{}", "c:{}", "n:{}", "n:{}:1",
    "n:{}:2", "k:{}", "k:{}:0", "k:{}:3", "u:{}", "w:{}", "w:{}:99", "y:{}", "q:{}", "q:{}:1",
    "q:{}:1:0", "q:{}:0:0", "i:{}", "s:{}:0", "s:{}:1",
)  # fmt: skip

any_number = st.integers(0, 11)
some_buttons = st.lists(any_number, min_size=1, max_size=4)
somebody = st.sampled_from(EVERYBODY)
a_kid = st.tuples(
    st.sampled_from(SCHOOLS), st.sampled_from(YEARS), st.sampled_from([True] * 4 + [False])
)
an_exclusion = st.sampled_from([None, None, None, *EXCLUDABLE, "nobody-we-know"])


class EveryAnswer(RuleBasedStateMachine):
    def __init__(self, template: Path | Postgres, folder: Path) -> None:
        super().__init__()
        self.town = Town(template, folder)
        self.watch: Watch | None = None

    @initialize(kids=st.lists(a_kid, min_size=1, max_size=2), excluded=an_exclusion)
    def the_town_wakes(self, kids: list[tuple[str, int, bool]], excluded: str | None) -> None:
        self.town.run(self.town.begin())
        self.watch = Watch(self.town)
        self.town.run(self.town.send_new(kids, excluded, urgent=False))

    def teardown(self) -> None:
        self.town.end()

    @invariant()
    def every_promise_holds(self) -> None:
        if self.watch is not None:
            self.watch.look()

    # --- the police ----------------------------------------------------------------------------

    @rule(kids=st.lists(a_kid, min_size=1, max_size=2), excluded=an_exclusion, urgent=st.booleans())
    def the_police_send(
        self, kids: list[tuple[str, int, bool]], excluded: str | None, urgent: bool
    ) -> None:
        if len(self.town.notices) < _MOST_NOTICES:
            self.town.run(self.town.send_new(kids, excluded, urgent))

    @rule(
        which=any_number,
        kid=a_kid,
        excluded=an_exclusion,
        what=st.sampled_from(
            ["added", "left out", "year", "school", "urgent", "excluded", "again"]
        ),
    )
    def the_police_send_a_new_version(
        self, which: int, kid: tuple[str, int, bool], excluded: str | None, what: str
    ) -> None:
        notice = self.town.chosen(which)
        if notice is None or notice.marked.version >= 7:
            return
        marked, number = notice.marked, notice.next_kid
        first, *others = marked.kids
        changes: dict[str, Any]
        match what:
            case "added" if number <= 3:
                changes = {"kids": (*marked.kids, Kid(number, *kid))}
            case "left out" if others:
                notice.gone = max(notice.gone, first.number)
                changes = {"kids": tuple(others)}
            case "year":
                changes = {
                    "kids": (Kid(first.number, first.school, kid[1], first.written), *others)
                }
            case "school":
                changes = {"kids": (Kid(first.number, kid[0], first.year, kid[2]), *others)}
            case "excluded" if excluded in EXCLUDABLE:
                changes = {"excluded": tuple(dict.fromkeys([*marked.excluded, str(excluded)]))}
            case "again":
                sent = self.town.world.police.send(notice.body())
                assert self.town.run(sent) == notice.reference
                return
            case _:
                notice.urgent = notice.urgent or what == "urgent"
                changes = {}
        self.town.run(self.town.send_again(notice, **changes))

    @rule(which=any_number)
    def the_police_update(self, which: int) -> None:
        notice = self.town.chosen(which)
        if notice is not None and not notice.withdrawn:
            notice.updates += 1
            said = f"{notice.marked.text('up')} {notice.updates}"
            self.town.run(self.town.world.police.update(notice.reference, text=said))

    @rule(which=any_number)
    def the_police_withdraw(self, which: int) -> None:
        notice = self.town.chosen(which)
        if notice is not None:
            notice.withdrawn = True
            self.town.run(self.town.world.police.withdraw(notice.reference))

    # --- presses -------------------------------------------------------------------------------

    def _presses(self, name: str, data: str, card: ChatMessage | None) -> None:
        phone = self.town.phone(name)
        if phone.sandbox.chat.blocked:
            return
        assert self.watch is not None
        neutral = self.watch.must_be_neutral(name, data)
        press = self.town.run(phone.press_data(data, card))
        if neutral:
            self.watch.saw_nothing(name, press)

    def _card(self, name: str, number: int) -> ChatMessage | None:
        """One of this person's cards by any number, the newest first."""
        cards = [m for m in self.town.phone(name).sandbox.messages if _ever(m)]
        return cards[-1 - number % len(cards)] if cards else None

    def _holder(self, number: int) -> str | None:
        """Somebody who has a card, by any number."""
        holders = [n for n in EVERYBODY if any(map(_ever, self.town.phone(n).sandbox.messages))]
        return holders[number % len(holders)] if holders else None

    @rule(who=any_number, card=any_number, buttons=some_buttons)
    def somebody_presses(self, who: int, card: int, buttons: list[int]) -> None:
        name = self._holder(who)
        message = self._card(name, card) if name else None
        for button in buttons:
            shown = [b.data for row in message.buttons for b in row if b.data] if message else []
            if shown and name:
                self._presses(name, shown[button % len(shown)], message)
                self.every_promise_holds()

    @rule(who=any_number, card=any_number, buttons=some_buttons)
    def somebody_opens_and_presses(self, who: int, card: int, buttons: list[int]) -> None:
        name = self._holder(who)
        message = self._card(name, card) if name else None
        way_in = [d for d in _ever(message) if d.startswith("o:")] if message else []
        if way_in and name:
            self._presses(name, way_in[0], message)
            self.every_promise_holds()
            self.somebody_presses(who, card, buttons)

    @rule(who=any_number, card=any_number, button=any_number)
    def somebody_presses_what_once_was_there(self, who: int, card: int, button: int) -> None:
        name = self._holder(who)
        message = self._card(name, card) if name else None
        if message is not None and name:
            ever = _ever(message)
            self._presses(name, ever[button % len(ever)], message)

    @rule(name=somebody, verb=st.sampled_from(_VERBS), alert=st.integers(1, 9), card=any_number)
    def somebody_presses_what_nobody_made(
        self, name: str, verb: str, alert: int, card: int
    ) -> None:
        self._presses(name, verb.format(alert), self._card(name, card))

    @rule(
        name=somebody,
        said=st.sampled_from(["/alerts", "/status", "/triage", "/readiness", "/help"]),
    )
    def somebody_says(self, name: str, said: str) -> None:
        if not self.town.phone(name).sandbox.chat.blocked:
            self.town.run(self.town.phone(name).says(said))

    # --- the coordinator -----------------------------------------------------------------------

    @rule(which=any_number)
    def the_coordinator_closes(self, which: int) -> None:
        notice = self.town.chosen(which)
        if notice is not None:
            with suppress(ConflictError):  # nothing of it is open
                self.town.run(self._closes(notice.reference))

    async def _closes(self, reference: str) -> None:
        await close(self.town.world.ctx, reference, "telephoned", "coordinator")
        await self.town.world.settle()

    @rule(name=st.sampled_from(EVERYBODY[:-1]))
    def somebody_goes_away_or_comes_back(self, name: str) -> None:
        if name not in self.town.left:
            self.town.run(self._away_or_back(name.lower()))

    async def _away_or_back(self, person: str) -> None:
        ctx = self.town.world.ctx
        standing = [one for one in await absent.listed(ctx) if one.person.id == person]
        if standing:
            await absent.take_back(ctx, standing[0].id, "coordinator")
        else:
            today = local_day(ctx.now())
            last = today + timedelta(days=1)
            await absent.add(ctx, person, today, last, None, "coordinator")
        await self.town.world.settle()

    @rule()
    def somebody_leaves(self) -> None:
        if LEAVER not in self.town.left:
            self.town.left.add(LEAVER)
            self.town.run(self._leaves())

    async def _leaves(self) -> None:
        await leave(self.town.world.ctx, LEAVER.lower(), "coordinator")
        await self.town.world.settle()

    @rule(name=somebody)
    def somebody_blocks_the_bot_or_lets_it_in(self, name: str) -> None:
        phone = self.town.phone(name).sandbox
        if phone.chat.blocked:
            phone.unblock()
        else:
            phone.block()
        self.town.run(self.town.world.settle())

    # --- time and workers ----------------------------------------------------------------------

    @rule(span=st.sampled_from(["minute", "minute", "two minutes", "two hours", "bell", "day"]))
    def time_passes(self, span: str) -> None:
        now = self.town.world.clock.now()
        to = {
            "minute": now + timedelta(minutes=1),
            "two minutes": now + timedelta(minutes=2),
            "two hours": now + timedelta(hours=2),
            "bell": _next(now, 8, 50),
            "day": _next(now, 7, 0),
        }[span]
        self.town.run(self.town.world.advance_to(to))

    @rule(first=st.booleans(), who=any_number, card=any_number, button=any_number, looks=any_number)
    def a_worker_is_killed_under_a_press(
        self, first: bool, who: int, card: int, button: int, looks: int
    ) -> None:
        name = self._holder(who)
        message = self._card(name, card) if name else None
        if message is not None and name and not self.town.phone(name).sandbox.chat.blocked:
            ever = _ever(message)
            self.town.phone(name).sandbox.press_data(ever[button % len(ever)], message)
        self.town.killed = True
        self.town.run(self._killed(first, looks))

    async def _killed(self, first: bool, looks: int) -> None:
        pair = self.town.pair
        for _ in range(looks):
            await asyncio.sleep(0)
        await pair.kill(pair.alive[0 if first else -1])
        # Nothing comes to rest while nobody hears Telegram: the lease runs out first.
        clock = self.town.world.clock
        clock.move_to(clock.now() + timedelta(seconds=pair.alive[0].ctx.lease_seconds))
        await pair.tick()
        assert pair.alive[0].lease.held
        await self.town.world.advance(seconds=_TAKEN_OVER.total_seconds())
        await pair.start_another()


def _ever(message: ChatMessage) -> list[str]:
    """The data of every button that ever stood under it, the present ones last."""
    return list(
        dict.fromkeys(
            b.data for version in message.history for row in version.buttons for b in row if b.data
        )
    )


def _next(now: datetime, hour: int, minute: int) -> datetime:
    local = now.astimezone(LONDON)
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)

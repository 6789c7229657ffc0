"""The harness: a small world of schools, people with telephones and the police, around the real
service and the real sandbox. A journey reads aloud:

    school = await world.school("Ysgol Bryn", bell="08:50", dsp="Mair", deputy="Owen")
    await world.police.send(child_of(school))
    world.phone("Mair").expects("alert")
    await world.advance(minutes=10)
    world.phone("Owen").expects("alert")
    world.nobody_else_heard_anything()
"""

import asyncio
import logging
import re
import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from sqlalchemy import delete

from bot.app import App
from bot.clock import HandClock
from bot.domain.people import Channel, Person, Role, Scope
from bot.domain.school import School
from bot.flow.account import line_of_time
from bot.flow.configure import read_config, take_config
from bot.flow.context import Context
from bot.flow.directory import apply
from bot.flow.enrol import invite
from bot.flow.leave import leave
from bot.flow.partners import create_key
from bot.flow.watch import check_invariants, health
from bot.intake.directory_csv import DirectoryFile
from bot.rendering.catalogue import words
from bot.sandbox.bot_api import Sandbox
from bot.sandbox.chats import ChatMessage
from bot.sandbox.phones import SandboxPhone
from bot.sandbox.presses import Press
from bot.sandbox.stagehand import Stagehand
from bot.settings import Settings, read_settings
from bot.store.directory import bind_contact
from bot.store.tables import contact_methods
from bot.store.unit_of_work import Tx
from tests.ports import free_port
from tests.post import TOKEN, Post

CONFIG = Path(__file__).parent.parent / "config"
MONDAY_AT_SEVEN = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
SENTENCES = {
    "alert": ("card.alert", "card.alert_of_school"),
    "triage": ("card.triage",),
    "more": ("card.more", "card.more_for_your_information"),
    "card.you_acknowledged": ("card.you_acknowledged", "card.you_acknowledged_plan"),
    "plan": ("card.plan_owed",),
    "plan missing": ("plan_missing.heading",),
    "withdrawn": ("card.withdrawn",),
    "escalation": ("escalation.heading",),
    "triage stands": ("triage_stands.heading",),
    "gap": ("gap.heading",),
    "blocked": ("alarm.contact_blocked",),
    "alarm": ("alarm.promise_broken",),
    "locked": ("alarm.enrolment_locked",),
    "welcome": ("answer.welcome",),
    "neutral": ("neutral",),
}
"""What a test may expect of a phone, by the catalogue's sentences; any other name is a sentence."""


def _said_by(key: str | tuple[str, int]) -> str:
    """A sentence's name; one with forms for numbers has a key for each form."""
    return key if isinstance(key, str) else key[0]


@cache
def pattern(language: str, sentence: str) -> re.Pattern[str]:
    """What a sentence of the catalogue looks like with any values in it, for any number."""
    catalogue: dict[Any, str] = words(language)._translations._catalog  # type: ignore[attr-defined]
    forms = [said for name, said in catalogue.items() if _said_by(name) == sentence]
    assert forms, f"the catalogue has no {sentence}"
    with_gaps = [".+?".join(map(re.escape, re.split(r"\{\w+\}", form))) for form in forms]
    return re.compile("|".join(with_gaps), re.DOTALL)


class Phone:
    """One person's telephone, with what the test has not yet accounted for."""

    def __init__(self, world: "World", name: str, sandbox_phone: SandboxPhone) -> None:
        self._world = world
        self.name = name
        self.sandbox = sandbox_phone
        self._accounted: set[int] = set()

    def unaccounted(self) -> list[ChatMessage]:
        return [m for m in self.sandbox.received if m.message_id not in self._accounted]

    def expects(self, kind: str) -> ChatMessage:
        """The next message not yet accounted for is of this kind."""
        waiting = self.unaccounted()
        assert waiting, f"{self.name} was told nothing, expected {kind}"
        first_text = waiting[0].history[0].text
        assert self._is(kind, first_text), f"{self.name} expected {kind}, was told: {first_text}"
        self._accounted.add(waiting[0].message_id)
        return waiting[0]

    def _is(self, kind: str, text: str) -> bool:
        sentences = SENTENCES.get(kind, (kind,))
        return any(pattern(lang, s).match(text) for s in sentences for lang in ("en", "cy"))

    def shows(self, sentence: str) -> ChatMessage:
        """The newest message now begins with this sentence."""
        last = self.sandbox.last
        assert last is not None, f"{self.name} has no message"
        assert self._is(sentence, last.text), f"{self.name} shows: {last.text}"
        return last

    def heard_nothing(self) -> None:
        told = [message.text for message in self.unaccounted()]
        assert not told, f"{self.name} was told what nobody expected: {told}"

    async def press(self, button: str, message: ChatMessage | None = None) -> Press:
        """Press, and let everything that follows come to rest."""
        press = self.sandbox.press(button, message)
        await self._world.settle()
        return press

    async def press_data(self, data: str, message: ChatMessage | None = None) -> Press:
        press = self.sandbox.press_data(data, message)
        await self._world.settle()
        return press

    async def opens(self, card: ChatMessage, button: str = "Open details") -> str:
        """Press the button on this card; what the card then shows."""
        await self.press(button, card)
        return card.text

    async def says(self, text: str) -> None:
        self.sandbox.say(text)
        await self._world.settle()

    async def blocks_the_bot(self) -> None:
        self.sandbox.block()
        await self._world.settle()


class Police:
    """A partner with a key, over real HTTP."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.key = ""

    async def post(self, path: str, body: Any) -> httpx.Response:
        """One request; `body` as JSON, or bytes as they are."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {"Authorization": f"Bearer {self.key}"}
        response = await self._world.http.post(path, headers=headers, **content)
        await self._world.settle()
        return response

    async def send(self, notification: dict[str, Any]) -> str:
        """Send a notification that must be taken in; its reference."""
        response = await self.post("/api/v1/notifications", notification)
        assert response.status_code in (200, 202), response.text
        return str(response.json()["reference"])

    async def update(self, reference: str, **said: Any) -> None:
        """Add to a notification."""
        response = await self.post(f"/api/v1/notifications/{reference}/updates", said)
        assert response.status_code == 202, response.text

    async def withdraw(self, reference: str) -> None:
        body = {"reason": "sent by mistake"}
        response = await self.post(f"/api/v1/notifications/{reference}/withdrawal", body)
        assert response.status_code == 202, response.text

    async def account(self, reference: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}"}
        response = await self._world.http.get(f"/api/v1/notifications/{reference}", headers=headers)
        assert response.status_code == 200, response.text
        return dict(response.json())


class World:
    def __init__(self, database: str, folder: Path, at: datetime = MONDAY_AT_SEVEN) -> None:
        self.database = database
        self.clock = HandClock(at)
        self.config = folder / "config"
        shutil.copytree(CONFIG, self.config)
        self.sandbox = Sandbox(self.clock)
        self.police = Police(self)
        self.expected_errors: list[str] = []
        self.enrols_in_the_chat = False  # for stories about it; others begin after that talk
        self._schools: dict[str, School] = {}
        self._people: dict[str, Person] = {}
        self._phones: dict[str, Phone] = {}
        self._stack = AsyncExitStack()
        self._app: App | None = None
        self._running: asyncio.Task[None] | None = None
        self.stagehand = Stagehand(self.clock, None, self.sandbox)

    # --- up and down ---------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.sandbox)
        self.http = await self._stack.enter_async_context(httpx.AsyncClient(timeout=30))
        await self.start()
        _, self.police.key = await create_key(self.ctx, "South Force")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()
        await self._stack.aclose()

    def settings(self, **given: Any) -> Settings:
        return read_settings(
            _env_file=None,
            telegram_token=self.sandbox.token,
            telegram_api=self.sandbox.url,
            database_url=self.database,
            config_dir=self.config,
            **{"http_port": 0, **given},
        )

    async def start(self, **given: Any) -> None:
        """Start the service (again)."""
        self._app = App(self.settings(**given), self.clock, ticking=False)
        self._running = asyncio.create_task(self._app.run())
        started = asyncio.create_task(self._app.started.wait())
        await asyncio.wait([self._running, started], return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self._running.done():
            await self._running
        self.http.base_url = httpx.URL(self._app.url)
        self.stagehand.service = self._app
        await self.settle()

    async def opens_details_on_the_page(self, **given: Any) -> None:
        """The same service again, with the secure page on loopback."""
        await self.stop()
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        await self.start(**{"http_port": port, "public_url": url, "details_in": "page", **given})

    async def has_second_ways(self, *, email: bool = True, sms: bool = True, **given: Any) -> Post:
        """The same service again, with a mail server and GOV.UK Notify beside Telegram."""
        await self.stop()
        post = await self._stack.enter_async_context(Post(self.clock, self.sandbox.ledger))
        await self.start(**post.settings(email=email, sms=sms), **given)
        post.notify.callback = (f"{self.app.url}/receipts/notify", TOKEN)
        return post

    async def stop(self) -> None:
        """Stop the service in good order."""
        if self._app is not None and self._running is not None:
            self._app.stop.set()
            while not self._running.done():
                await asyncio.sleep(0.001)
                for at in self.clock.busy_waits()[:1]:  # sends in flight go out at their slots
                    self.clock.move_to(at)
            await self._running
        self._app = self._running = self.stagehand.service = None

    async def is_killed(self) -> None:
        """The service is gone in the middle of whatever it was doing: nothing is finished first."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        self._app = self._running = self.stagehand.service = None

    @property
    def app(self) -> App:
        assert self._app is not None, "the service is down"
        return self._app

    @property
    def ctx(self) -> Context:
        return self.app.ctx

    # --- time ----------------------------------------------------------------------------------

    async def settle(self) -> None:
        await self.stagehand.settle()

    async def advance(self, **span: float) -> None:
        await self.stagehand.advance(timedelta(**span))

    async def advance_to(self, at: datetime) -> None:
        await self.stagehand.advance_to(at)

    async def starts_at(self, at: datetime) -> None:
        """Set the time before the story begins."""
        self.clock.move_to(at)
        await self.stagehand.tick()

    # --- people ----------------------------------------------------------------------------------

    async def school(
        self,
        name: str,
        *,
        bell: str = "08:50",
        closes: str = "15:20",
        dsp: str | None = None,
        deputy: str | None = None,
        nurse: str | None = None,
        code: str | None = None,
        **more: Any,
    ) -> School:
        """A school, and whoever of its staff is named, enrolled; `nurse` covers its team."""
        code = code or f"999{len(self._schools) + 2001:04d}"
        school = School(
            code=code,
            name=name,
            opens_at=time.fromisoformat(bell),
            closes_at=time.fromisoformat(closes),
            calendar="porth-awel",
            **{"nurse_team": f"Team {code}", **more},
        )
        self._schools[code] = school
        staff = [
            self._somebody(person, role, schools=[code])
            for person, role in ((dsp, Role.DSP), (deputy, Role.DEPUTY_DSP))
            if person
        ]
        if nurse:
            staff.append(self._somebody(nurse, Role.SCHOOL_NURSE, teams=[school.nurse_team]))
        await self._joins(staff)
        return school

    async def person(self, name: str, role: Role, *, enrolled: bool = True, **given: Any) -> Person:
        """Somebody of the directory; `given` as `_somebody` takes it."""
        person = self._somebody(name, role, **given)
        await self._joins([person], enrolled=enrolled)
        return person

    @staticmethod
    def _somebody(
        name: str,
        role: Role,
        *,
        schools: Sequence[str] = (),
        teams: Sequence[str] = (),
        everywhere: bool = False,
        years: Sequence[int] = (),
        **more: Any,
    ) -> Person:
        return Person(
            id=name.lower().replace(" ", "-"),
            name=name,
            role=role,
            scope=Scope(everywhere, frozenset(schools), frozenset(teams), frozenset(years)),
            **more,
        )

    async def _joins(self, people: Sequence[Person], *, enrolled: bool = True) -> None:
        """In one import, and enrolled as this world has it."""
        self._people |= {person.id: person for person in people}
        await self._import()
        if enrolled and self.enrols_in_the_chat:
            for person in people:
                await self.enrol(person.name)
        elif enrolled:
            await self._have_long_been_enrolled(people)

    async def company(self, schools: Sequence[School], people: Sequence[Person]) -> None:
        """Many schools and people at once, all of them long enrolled."""
        self._schools |= {school.code: school for school in schools}
        await self._joins(people)

    async def _have_long_been_enrolled(self, people: Sequence[Person]) -> None:
        """As `enrol` leaves them, without the talk that it takes."""
        async with self.ctx.store.unit() as tx:
            for person in people:
                await self._binds(tx, person, person.name)

    async def _binds(self, tx: Tx, person: Person, phone: str) -> None:
        chat = self.phone(phone).sandbox.chat
        chat.started = True
        await bind_contact(tx, person.id, Channel.TELEGRAM, str(chat.id), self.clock.now())

    async def never_enrolled(self, name: str) -> None:
        """As though this person had never followed an invitation."""
        async with self.ctx.store.unit() as tx:
            mine = contact_methods.c.person_id == name.lower()
            await tx.execute(delete(contact_methods).where(mine))

    async def settles(self, schools: Sequence[School], people: Sequence[Person]) -> None:
        """A whole authority at once, everybody long enrolled; each person's telephone is named by
        their id."""
        self._schools |= {school.code: school for school in schools}
        self._people |= {person.id: person for person in people}
        await self._import()
        async with self.ctx.store.unit() as tx:
            for person in people:
                await self._binds(tx, person, person.id)

    async def takes_the_place(self, person: Person, of: str) -> None:
        """Somebody else stands in people.csv where `of` stood."""
        self._people.pop(of, None)
        self._people[person.id] = person
        await self._import()

    async def change(self, name: str, /, **changes: Any) -> None:
        """Change somebody in the directory."""
        person_id = name.lower()
        self._people[person_id] = replace(self._people[person_id], **changes)
        await self._import()

    async def has_a_successor(self, name: str) -> None:
        """Somebody who has not enrolled stands beside this person: an import takes nobody away whom
        a school has no other for."""
        theirs = self._people[name.lower()]
        self._people[f"after-{theirs.id}"] = replace(
            theirs, id=f"after-{theirs.id}", name=f"After {name}", order=99
        )
        await self._import()

    async def leaves(self, name: str) -> None:
        """Somebody has gone, and is no longer in people.csv."""
        del self._people[name.lower()]
        await leave(self.ctx, name.lower(), by="import")
        await self.settle()

    async def is_left_out(self, name: str) -> None:
        """An import of a people.csv that has somebody no more."""
        del self._people[name.lower()]
        await self._import()
        await self.settle()

    async def closes_down(self, school: School) -> None:
        """A school is no longer in schools.csv."""
        del self._schools[school.code]
        await self._import()
        await self.settle()

    async def _import(self) -> None:
        files = [
            DirectoryFile(schools=list(self._schools.values())),
            DirectoryFile(people=list(self._people.values())),
        ]
        await apply(self.ctx, files)

    async def enrol(self, name: str) -> Phone:
        code = await invite(self.ctx, name.lower().replace(" ", "-"))
        phone = self.phone(name)
        phone.sandbox.start(code)
        await self.settle()
        phone.expects("welcome")
        return phone

    def phone(self, name: str) -> Phone:
        if name not in self._phones:
            number = 7_700_900_000 + len(self._phones)
            self._phones[name] = Phone(self, name, self.sandbox.person(number, name))
        return self._phones[name]

    async def authority(self) -> None:
        """The people of the authority whom every ladder ends with, enrolled."""
        await self._joins(
            [
                self._somebody("Safeguarding", Role.EDUCATION_SAFEGUARDING, everywhere=True),
                self._somebody("Desk", Role.MASH_DESK, everywhere=True),
                self._somebody("Coordinator", Role.COORDINATOR, everywhere=True),
            ]
        )

    async def policy(self, changes: dict[str, str]) -> None:
        """Edit escalation.toml, each text for another, and put it in force."""
        path = self.config / "escalation.toml"
        body = path.read_text()
        for before, after in changes.items():
            assert before in body, before
            body = body.replace(before, after)
        path.write_text(body)
        await self.take_config()

    async def without_nurses(self) -> None:
        """The partnership has switched the nurse leg off, as it may."""
        await self.policy({"[policies.nurse]": "[policies.nurse]\nenabled = false"})

    async def take_config(self) -> list[str]:
        return await take_config(self.ctx, read_config(self.config))

    # --- how it ends -----------------------------------------------------------------------------

    def nobody_else_heard_anything(self) -> None:
        for phone in self._phones.values():
            phone.heard_nothing()

    def everyone_is_accounted_for(self) -> None:
        """What anyone was told up to now is not looked at again."""
        for phone in self._phones.values():
            phone._accounted |= {message.message_id for message in phone.sandbox.received}

    async def alarms(self) -> list[str]:
        """What is wrong now, by name."""
        health_now = await health(self.ctx)
        return [*health_now.red, *health_now.warnings]

    async def trail(self, reference: str, action: str) -> list[dict[str, Any]]:
        """The lines of a notification's line of time with this action."""
        lines = await line_of_time(self.ctx, reference)
        return [line for line in lines if line["action"] == action]

    async def breaches(self) -> list[str]:
        """Promises broken now, in the database or between it and what left."""
        return [
            f"{breach.invariant} {breach.what}: {breach.count}"
            for breach in await check_invariants(self.ctx.store, self.ctx)
        ]

    async def ends_well(self, caplog: pytest.LogCaptureFixture) -> None:
        if self._app is not None:
            await self.settle()
            assert await self.breaches() == []
        self.nobody_else_heard_anything()
        assert self.sandbox.unsupported == []
        errors = [
            record.getMessage()
            for record in caplog.get_records("call")
            if record.levelno >= logging.ERROR and record.getMessage() not in self.expected_errors
        ]
        assert errors == []

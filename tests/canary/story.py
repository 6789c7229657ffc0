"""A morning on which everybody presses everything: batches of marked notices over real HTTP, each
batch under another trouble, in the chat, on the page by a link, and in the Mini App."""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from sqlalchemy import select

from bot.domain.people import Role
from bot.flow.drill import ask_for
from bot.sandbox.chats import ChatMessage
from bot.store.tables import alerts, notifications, triage_tasks
from tests.builders import at
from tests.canary.ears import AT_THE_PAGE, Ears
from tests.canary.marks import Marked
from tests.canary.need_to_know import Somebody
from tests.world import World

BRYN, ROATH = SCHOOLS = ("9992001", "9992002")
_BOTH = frozenset(SCHOOLS)
STAFF = (
    Somebody("Mair", Role.DSP, frozenset({BRYN})),
    Somebody("Sixth", Role.DSP, frozenset({BRYN}), years=frozenset({12, 13})),
    Somebody("Owen", Role.DEPUTY_DSP, frozenset({BRYN}), language="cy"),
    Somebody("Rhys", Role.DSP, frozenset({ROATH}), language="cy"),
    Somebody("Rhodri", Role.DEPUTY_DSP, frozenset({ROATH})),
    Somebody("Nia", Role.SCHOOL_NURSE, _BOTH, language="cy"),
    Somebody("Lowri", Role.NURSE_LEAD, frozenset({ROATH})),
    Somebody("Head", Role.HEAD_TEACHER, _BOTH),
    Somebody("Safeguarding", Role.EDUCATION_SAFEGUARDING),
    Somebody("Desk", Role.MASH_DESK),
    Somebody("Coordinator", Role.COORDINATOR),
)
EXCLUDABLE = ("owen", "nia", "rhodri", "coordinator")
STRANGER = "Stranger"
_EVERYBODY = (*(somebody.name for somebody in STAFF), STRANGER)
_WITHOUT_VIEWS = ("Head", "Safeguarding", "Coordinator", STRANGER)
_VERBS = ("o:{}", "p:{}:7", "a:{}", "t:{}:9", "r:{}", "h:{}", "x:1", "v:1", "d:{}:1")
_REFERENCE = re.compile(r"ENC-[0-9A-Z]{8}")
_COMMANDS = (
    "/alerts", "/status", "/triage", f"/route {BRYN}", "/readiness", "/drill", "/leave mair",
    "/lost", "/help", "/start", "/away", "Zq?",
)  # fmt: skip
_FORM = re.compile(r'<form method="post"(?: action="([^"]*)")?[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
CODE = "294713"


class Story:
    def __init__(self, world: World, ears: Ears) -> None:
        self.world = world
        self.ears = ears
        self.by_reference: dict[str, int] = {}
        self.expected: dict[tuple[str, int], set[Any]] = {}
        self.asked = self.said = 0
        self.in_quiet: set[int] = set()

    @property
    def settle(self) -> Callable[[], Any]:
        return self.world.settle

    # --- the police ------------------------------------------------------------------------------

    async def post(self, path: str, body: Any) -> Any:
        key = {"Authorization": f"Bearer {self.world.police.key}"}
        return await self.world.http.post(f"/api/v1/notifications{path}", json=body, headers=key)

    async def send(self, notices: Sequence[Marked]) -> None:
        """Taken in; each of them may be refused for now by a trouble, and is sent again then."""
        self.ears.knows(*notices)
        answers = await asyncio.gather(*(self.post("", notice.body()) for notice in notices))
        for notice, answer in zip(notices, answers, strict=True):
            if answer.status_code in (200, 202):
                self.by_reference[answer.json()["reference"]] = notice.number
            else:
                assert answer.status_code in (500, 503), answer.text
        await self.settle()

    def reference(self, notice: Marked) -> str:
        return next(ref for ref, number in self.by_reference.items() if number == notice.number)

    async def asks_amiss(self, notice: Marked) -> None:
        """Everything that the partners' door refuses or repeats, with the marks in it."""
        body, reference = notice.body(), self.reference(notice)
        broken = body | {"kind": ["x", notice.text("ki")], notice.word("un"): 1}
        broken["children"] = [
            child | {"present": notice.word("vo", 1)} for child in body["children"]
        ]
        await self.post("", body)
        await self.post("", broken)
        await self.post("", {"children": notice.text("ci")})
        await self.post(f"/{reference}/updates", {notice.word("up"): notice.text("up")})
        await self.post(f"/{reference}/withdrawal", {"reason": [notice.text("wi")]})
        await self.post(f"/{notice.word('sr', version=0)}/updates", {"text": notice.text("up")})
        http, raw = self.world.http, str(body).encode()
        key = {"Authorization": f"Bearer {self.world.police.key}"}
        await http.post("/api/v1/notifications", content=raw, headers=key)
        with suppress(httpx.TransportError):  # it hangs up before all of it has come
            await http.post("/api/v1/notifications", content=raw * 900, headers=key)
        await http.post("/api/v1/notifications", content=raw, headers={"Authorization": "Bearer x"})
        await http.get(f"/api/v1/notifications/{reference}", headers=key)
        await http.get(f"/api/v1/notifications/{notice.word('sr', version=0)}", headers=key)
        for accept in ("text/html", "application/json"):
            await http.get(f"/nowhere/{notice.word('gn', 1)}", headers={"accept": accept})

    # --- people ----------------------------------------------------------------------------------

    def cards(
        self, name: str, prefix: str, among: Iterable[Marked]
    ) -> list[tuple[ChatMessage, str, int]]:
        """The cards of these notices on this phone, with the data of the button that begins so."""
        numbers = {notice.number for notice in among}
        found = []
        for message in self.world.phone(name).sandbox.messages:
            reference = _REFERENCE.search(message.text)
            number = self.by_reference.get(reference.group()) if reference else None
            data = [
                b.data for row in message.buttons for b in row if (b.data or "").startswith(prefix)
            ]
            if number in numbers and data:
                found.append((message, str(data[0]), int(number or 0)))
        return found

    async def everybody_presses(self, prefix: str, among: Sequence[Marked], *names: str) -> int:
        """Each person presses this button on each card of theirs that has it."""
        pressed = 0
        for name in names or [somebody.name for somebody in STAFF]:
            for message, data, number in self.cards(name, prefix, among):
                if prefix in ("o:", "p:"):
                    self.opens(name, number)
                self.world.phone(name).sandbox.press_data(data, message)
                pressed += 1
        await self.settle()
        return pressed

    def opens(self, name: str, number: int) -> None:
        shown = self.ears.opens(name, number)
        if self.ears.notices[number].version == 1:
            self.expected[name, number] = shown

    async def everybody_presses_what_is_not_theirs(self) -> None:
        """Other verbs with the newest numbers, by everybody in turn and by somebody unknown."""
        async with self.world.ctx.store.reading() as tx:
            numbers = [row.id for row in await tx.all(select(alerts.c.id))][-5:]
        for place, name in enumerate(_EVERYBODY):
            phone = self.world.phone(name).sandbox
            for step in range(3):
                self.asked += 1
                verb = _VERBS[(self.asked + place) % len(_VERBS)]
                if verb[0] not in "oar" or name in _WITHOUT_VIEWS:
                    phone.press_data(verb.format(numbers[(self.asked + step) % len(numbers)]))
        await self.settle()

    async def everybody_says_something(self) -> None:
        """Another command of each in each batch, so that in the end everybody has said them all."""
        for place, name in enumerate(_EVERYBODY):
            said = _COMMANDS[(self.said + place) % len(_COMMANDS)]
            self.world.phone(name).sandbox.say(said)
        self.said += 1
        await self.settle()

    async def the_desk_decides(self) -> None:
        """Each lost child goes to the school that it really goes to, nobody is excluded further."""
        columns = (triage_tasks, notifications.c.reference)
        of = triage_tasks.join(alerts, alerts.c.id == triage_tasks.c.alert_id).join(
            notifications, notifications.c.id == alerts.c.notification_id
        )
        wanted = select(*columns).select_from(of).where(triage_tasks.c.decision.is_(None))
        async with self.world.ctx.store.reading() as tx:
            tasks = await tx.all(wanted)
        desk = self.world.phone("Desk").sandbox
        for task in tasks:
            number = self.by_reference.get(task.reference)
            if number is None:
                continue
            if task.child_number is None:
                desk.press_data(f"t:{task.alert_id}:{len(task.candidates)}")
                continue
            [kid] = [k for k in self.ears.notices[number].kids if k.number == task.child_number]
            self.ears.settled.add(number)
            desk.say(f"/triage {task.alert_id} {kid.school}")
        await self.settle()

    def cards_with_a_way_in(
        self, name: str, among: Iterable[Marked]
    ) -> list[tuple[ChatMessage, int]]:
        """The cards of these notices on this phone that lead to the page."""
        numbers = {notice.number for notice in among}
        found = []
        for message in self.world.phone(name).sandbox.messages:
            reference = _REFERENCE.search(message.text)
            number = self.by_reference.get(reference.group()) if reference else None
            leads = any(b.url or b.web_app for row in message.buttons for b in row)
            if number is not None and number in numbers and leads:
                found.append((message, number))
        return found

    # --- at the page -----------------------------------------------------------------------------

    async def reads_the_page(self, name: str, card: ChatMessage, number: int, *, by: str) -> str:
        """One visit: in, the view, why, wrong codes, what is refused; where the alert is."""
        token = AT_THE_PAGE.set(name)
        try:
            return await self._reads(name, card, number, by)
        finally:
            AT_THE_PAGE.reset(token)

    async def _reads(self, name: str, card: ChatMessage, number: int, by: str) -> str:
        http, ours = self.world.http, {"sec-fetch-site": "same-origin"}
        if by == "link":
            button = next(b for row in card.buttons for b in row if b.url)
            path = urlsplit(str(button.url)).path
            await http.get(path)
            await http.post(path, headers={"sec-fetch-site": "cross-site"})
            self.opens(name, number)
            entered = await http.post(path, headers=ours)
            await http.post(path, headers=ours)
        else:
            button = next(b for row in card.buttons for b in row if b.web_app)
            parts = urlsplit(self.world.phone(name).sandbox.launch(button.text, card))
            [signed] = parse_qs(parts.fragment)["tgWebAppData"]
            form = {"init_data": signed, "alert": dict(parse_qsl(parts.query))["alert"]}
            await http.get(f"{parts.path}?{parts.query}")
            await http.post("/app/enter", data=form | {"init_data": signed + "0"}, headers=ours)
            self.opens(name, number)
            entered = await http.post("/app/enter", data=form, headers=ours)
            await http.post("/app/enter", data=form, headers=ours)
        if entered.status_code != 303:
            return ""
        path = entered.headers["location"]
        ours["cookie"] = entered.headers["set-cookie"].partition(";")[0]
        page = await http.get(path, headers=ours)
        for codes in (
            ("111111", "111111"),
            (CODE, "294714"),
            (CODE, CODE),
            ("000001", ""),
            (CODE, ""),
        ):
            if f'action="{path}/unlock"' in page.text:
                filled = self.form_of(page.text, "/unlock") | {"code": codes[0], "again": codes[1]}
                await http.post(f"{path}/unlock", data=filled, headers=ours)
                page = await http.get(path, headers=ours)
        theirs = (f"{path}/why", f"{path}/stands", f"{path}/nothing")
        for there in (*theirs, "/alert/999999", "/ended", *(["/alert/1"] if by == "link" else [])):
            await http.get(there, headers=ours)
        await http.post(f"{path}/acknowledge", data={"form": "0"}, headers=ours)
        form = self.form_of(page.text, "/sign-out")
        await http.post(f"{path}/decide", data=form | {"choice": "77"}, headers=ours)
        if number % 3 == 0 and f'action="{path}/acknowledge"' in page.text:
            await http.post(f"{path}/acknowledge", data=form, headers=ours)
            await http.get(path, headers=ours)
        if number % 7 == 0 and f'action="{path}/recuse"' in page.text:
            await http.post(f"{path}/recuse", data=form, headers=ours)
        elif number % 2:
            await http.post("/sign-out", data=form, headers=ours)
        await http.get(path, headers=ours)
        return str(path)

    @staticmethod
    def form_of(page: str, action: str) -> dict[str, str]:
        for where, inside in _FORM.findall(page):
            if html.unescape(where).endswith(action):
                return dict(_HIDDEN.findall(inside))
        return {}


@asynccontextmanager
async def begun(
    database: str, folder: Path, ears: Ears, patch: pytest.MonkeyPatch
) -> AsyncIterator[Story]:
    """The service with its staff, and everything that leaves it overheard."""
    names: dict[int, str] = {}
    ears.at_telegram(patch, names)
    with ears.at_the_logs():
        async with World(database, folder, at("07:45")) as world:
            for code, name in zip(SCHOOLS, ("Ysgol Bryn", "Roath Primary School"), strict=True):
                await world.school(name, code=code)
            for somebody in STAFF:
                teams = [f"Team {code}" for code in sorted(somebody.schools)]
                nurse = somebody.role in (Role.SCHOOL_NURSE, Role.NURSE_LEAD)
                await world.person(
                    somebody.name,
                    somebody.role,
                    schools=[] if nurse else sorted(somebody.schools),
                    teams=teams if nurse else [],
                    everywhere=not somebody.schools,
                    years=sorted(somebody.years),
                    language=somebody.language,
                )
            world.phone(STRANGER).sandbox.say("Is anybody there?")
            names |= {world.phone(name).sandbox.id: name for name in (*ears.people, STRANGER)}
            world.http.event_hooks = {"response": [ears.at_http]}
            await ask_for(world.ctx, "all", None)
            await world.stagehand.tick()
            yield Story(world, ears)

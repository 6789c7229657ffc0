"""A Monday morning in Porth Awel, told as it happens on the real service."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from bot.demo.authority import monday_notices
from bot.demo.paper import Paper
from bot.demo.staff import Staff
from bot.demo.stage import Stage
from bot.domain.calendar import LONDON
from bot.flow.account import line_of_time, open_duties
from bot.flow.report import report
from bot.flow.watch import check_invariants
from bot.rendering.catalogue import words
from bot.rendering.trail import Trail

FIRST_DSP, ITS_NURSE = "p021", "p046"
SILENT_DSP, SILENT_DSPS_DEPUTY = "p030", "p031"
BLOCKING_DSP, BLOCKING_DSPS_DEPUTY = "p027", "p028"
DESK, COORDINATOR = "p056", "p057"
_TOLD = frozenset({
    "notification:received", "alert:raised", "alert:told", "alert:step_skipped", "alert:opened",
    "alert:acknowledged",
})  # fmt: skip
_STEP = timedelta(minutes=1)
"""How far the clock goes at once where nothing is due exactly then: the staff's presses and the
hiding of views in between share a step, or a morning would be a thousand of them."""


class Story:
    def __init__(self, stage: Stage, paper: Paper) -> None:
        self._stage = stage
        self._paper = paper
        self._staff = Staff(stage)
        self._silent_reference = ""
        self._followed: dict[str, int] = {}

    @property
    def _now(self) -> datetime:
        return self._stage.clock.now()

    async def tell(self) -> None:
        await self._opening()
        await self._the_police_send()
        await self._one_alert_is_opened()
        await self._the_desk_decides()
        await self._somebody_blocks_the_bot()
        await self._silence_climbs_the_ladder()
        await self._restarted_in_between()
        await self._closing()

    # --- scenes ---

    async def _opening(self) -> None:
        paper, directory = self._paper, self._stage.directory
        paper.line("=" * 88)
        paper.line("ENCOMPASS BOT, DEMONSTRATION: synthetic data, nothing is really sent.")
        paper.line("=" * 88)
        paper.told(f"""
            When police attend a domestic incident, every child's school must know before the next
            school day. Today that is an e-mail, and nobody knows whether it was read. This is a
            Monday morning in Porth Awel, an authority that does not exist:
            {len(directory.schools)} schools, {len(directory.people)} people with telephones. The
            service is the real one; Telegram is a sandbox on this machine.
            """)
        paper.title("The staff are invited, each by a link that works once")
        await self._stage.enrol_all()
        enrolled = len(self._stage.phones)
        paper.said(self._now, f"{enrolled} of {len(directory.people)} people have enrolled.")
        self._staff.settle_manners(
            silent={SILENT_DSP, SILENT_DSPS_DEPUTY, BLOCKING_DSP, FIRST_DSP, ITS_NURSE},
            prompt={BLOCKING_DSPS_DEPUTY},
        )

    async def _the_police_send(self) -> None:
        paper = self._paper
        paper.title("07:50  The police send what happened since Friday")
        await self._until(self._today(7, 50))
        notices = monday_notices()
        answers = [await self._stage.send(notice) for notice in notices]
        statuses = Counter(status for status, _ in answers)
        children = sum(len(notice["children"]) for notice in notices)
        paper.said(
            self._now,
            f"{len(notices)} notices about {children} children: {statuses[202]} accepted (202), "
            "each after it was safely on disk, each with a reference.",
        )
        first = self._now
        await self._stage.hand.settle()
        accounts = [await self._stage.account(body["reference"]) for _, body in answers]
        alerts = [alert for account in accounts for alert in account["alerts"]]
        tasks = [task for account in accounts for task in account["triage"]]
        seconds = (self._now - first).total_seconds()
        paper.said(
            self._now,
            f"{len(alerts)} alerts: one for each school and one for each school's nurse team. "
            f"Everyone's first message went out within {seconds:.0f} s, below Telegram's 30 a "
            "second and one a second for each chat, the nearest school bell first.",
        )
        paper.said(
            self._now,
            f"For {len(tasks)} children nobody could be sure which school was meant (the officer "
            "wrote it down at the door). These wait for a person at the MASH desk, with a clock.",
        )
        again, body = await self._stage.send(notices[0])
        paper.said(
            self._now,
            f"The first notice comes again by mistake: {again}, the same reference "
            f"{body['reference']}, nobody is told twice.",
        )

    async def _one_alert_is_opened(self) -> None:
        paper, stage = self._paper, self._stage
        paper.title("What a chat says, and what it does not say")
        dsp, nurse = stage.person(FIRST_DSP), stage.person(ITS_NURSE)
        reference = await self._reference_at("9992007")
        card = self._card(FIRST_DSP, reference)
        paper.told("""
            A lock screen shows previews, and a chat can be read by the wrong person. So the message
            names a reference, a time and nothing else. Each reads it in their own language.
            """)
        paper.phone(f"{dsp.name}, designated safeguarding person", card)
        paper.phone(f"{nurse.name}, school nurse", self._card(ITS_NURSE, reference))
        await self._until(self._now + timedelta(minutes=4))
        for person_id in (FIRST_DSP, ITS_NURSE):
            person = stage.person(person_id)
            button = words(person.language).say("button.open")
            stage.phones[person_id].press(button, self._card(person_id, reference))
            await stage.hand.settle()
            paper.said(
                self._now,
                f"{person.name} opens the details. That is written down first, then shown, as that "
                "role's view:",
            )
            role = words("en").say(f"role.{person.role.value}")
            paper.phone(f"{person.name}, {role}", self._card(person_id, reference))
        acknowledge = words(dsp.language).say("button.acknowledge")
        press = stage.phones[FIRST_DSP].press(acknowledge, card)
        await stage.hand.settle()
        answer = press.answer.text if press.answer else ""
        paper.said(self._now, f"{dsp.name} acknowledges: “{answer}”")
        await self._until(self._now + timedelta(seconds=70))
        paper.said(self._now, "A minute later the view has hidden itself:")
        paper.phone(dsp.name, self._card(FIRST_DSP, reference))
        paper.told("""
            The nurse's answer is still owed: one role's answer never stops the other's ladder.
            """)

    async def _the_desk_decides(self) -> None:
        paper, stage = self._paper, self._stage
        desk = stage.person(DESK)
        paper.title("Which school is this? A person decides, not a guess")
        say = words(desk.language)
        tasks = [
            message
            for message in stage.phones[DESK].received
            if message.button(say.say("button.open")) is not None
        ]
        settled = 0
        for index, message in enumerate(tasks):
            stage.phones[DESK].press(say.say("button.open"), message)
            await stage.hand.settle()
            if index == 0:
                paper.phone(f"{desk.name}, MASH desk", message)
            choice = message.buttons[0][0]
            if not (choice.data or "").startswith("t:"):
                continue
            stage.phones[DESK].press(choice.text, message)
            await stage.hand.settle()
            settled += 1
            paper.said(
                self._now, f"{desk.name} settles it: {choice.text}. That alert goes out now."
            )
        if settled < len(tasks):
            paper.said(
                self._now,
                f"{len(tasks) - settled} cannot be settled by a name (“mum unsure”); its ladder "
                "tells the coordinators until somebody has rung.",
            )

    async def _somebody_blocks_the_bot(self) -> None:
        paper, stage = self._paper, self._stage
        person, deputy = stage.person(BLOCKING_DSP), stage.person(BLOCKING_DSPS_DEPUTY)
        paper.title("Somebody cannot be reached: the ladder moves on at once")
        paper.said(self._now, f"{person.name} blocks the bot.")
        before = len(stage.phones[deputy.id].received)
        stage.phones[person.id].block()
        await stage.hand.settle()
        came = stage.phones[deputy.id].received[before:]
        paper.said(
            self._now,
            f"Within the same second {deputy.name}, the deputy, has "
            f"{len(came)} alerts that were {person.name}'s alone, and the coordinators hear:",
        )
        paper.phone(
            stage.person(COORDINATOR).name,
            self._last(COORDINATOR, person.name),
        )

    async def _silence_climbs_the_ladder(self) -> None:
        paper, stage = self._paper, self._stage
        dsp = stage.person(SILENT_DSP)
        reference = await self._reference_at("9997010")
        self._silent_reference = reference
        paper.title("Silence climbs a ladder, step by step, until somebody settles it")
        paper.told(f"""
            {dsp.name} of Moorland Park stays silent, and so does the deputy. Pupils come in at
            08:30; from here the morning passes at the speed of its events.
            """)
        await self._follow(reference)
        await self._until(self._today(9, 5))

    async def _restarted_in_between(self) -> None:
        paper, stage = self._paper, self._stage
        paper.title("09:05  The service is stopped, and started again at 09:20")
        paper.said(self._now, "Stopped. What waits is rows in a database, not things in memory.")
        await stage.stop()
        stage.clock.move_to(self._today(9, 20))
        await stage.restart()
        await stage.hand.tick()
        paper.said(self._now, "Started. What fell due meanwhile goes out now, once.")
        await self._until(self._today(9, 40))
        paper.title("09:40  A coordinator rings the school, and somebody has it at last")
        person = stage.person(SILENT_DSP)
        phone = stage.phones[SILENT_DSP]
        button = words(person.language).say("button.acknowledge")
        phone.press(button, self._card(SILENT_DSP, self._silent_reference))
        await stage.hand.settle()
        await self._follow_on()

    async def _closing(self) -> None:
        paper, stage = self._paper, self._stage
        paper.title("What the board can see: figures, no names")
        today = self._now.astimezone(LONDON).date()
        for name, count in (await report(stage.app.ctx, today, today)).items():
            paper.line(f"          {count:>5}  {name}")
        ledger = stage.sandbox.ledger
        broken = await check_invariants(stage.app.ctx.store, stage.app.ctx)
        paper.line("")
        paper.line(f"          {ledger.floods_earned:>5}  refused by Telegram as too fast")
        paper.line(f"          {len(broken):>5}  promises broken, of all that are checked")

    # --- telling ---

    def _today(self, hour: int, minute: int) -> datetime:
        local = self._now.astimezone(LONDON)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0)

    async def _until(self, target: datetime) -> None:
        """Time passes, from one event to the next; the staff answer as they do."""
        hand = self._stage.hand
        await hand.settle()
        while True:
            self._staff.look()
            await self._staff.act()
            await self._follow_on()
            if self._now >= target:
                return
            due = await self._stage.app.due_next()
            exactly = [at for name, at in due.items() if name != "view" and at > self._now]
            loosely = [at for at in (due.get("view"), self._staff.next_at) if at is not None]
            together = [max(min(loosely), self._now + _STEP)] if loosely else []
            at = min((target, *exactly, *together))
            self._stage.clock.move_to(at)
            await hand.tick()

    async def _follow(self, reference: str) -> None:
        self._followed[reference] = 0
        await self._follow_on()

    async def _follow_on(self) -> None:
        """Print what is new in the lines of time that the story follows."""
        for reference, known in self._followed.items():
            lines = await line_of_time(self._stage.app.ctx, reference)
            for line in lines[known:]:
                if line.get("leg", "school") == "school" and (text := self._sentence(line)):
                    self._paper.said(line["at"], f"{reference}: {text}")
            self._followed[reference] = len(lines)

    def _sentence(self, line: dict[str, Any]) -> str | None:
        """What a reader of the story wants to know of a line; the sends are left out."""
        if line["action"] not in _TOLD:
            return None
        directory = self._stage.directory
        english = words("en")
        trail = Trail(
            english,
            lambda who: directory.people[who].name,
            lambda code: directory.schools[code].name_in(english.language),
        )
        return trail.sentence(line)

    # --- finding ---

    async def _reference_at(self, school: str) -> str:
        """The reference of a notice whose alert at this school is open."""
        duties = await open_duties(self._stage.app.ctx)
        return next(d.reference for d in duties if d.school == school and d.leg == "school")

    def _card(self, person_id: str, reference: str) -> Any:
        received = self._stage.phones[person_id].received
        return next(message for message in received if reference in message.history[0].text)

    def _last(self, person_id: str, text: str) -> Any:
        received = self._stage.phones[person_id].received
        return next(message for message in reversed(received) if text in message.text)

"""The staff: they see what came to their telephones and press buttons, each in their own manner."""

import heapq
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.people import Person, Role
from bot.sandbox.chats import ChatMessage
from bot.sandbox.phones import SandboxPhone
from tests.rigs.term.authority import Authority
from tests.rigs.term.chance import at, chance
from tests.rigs.term.force import Force
from tests.rigs.term.manners import first_look, free_at, goes_away, manner, steps
from tests.world import World

REFERENCE = re.compile(r"ENC-[0-9A-Z]{4,}")
_CHOICES = "knqwts"
"""Verbs with a list behind them: any of its buttons."""


@dataclass(frozen=True)
class Act:
    """Somebody presses, or says something."""

    person: str
    message: ChatMessage | None
    verb: str
    card: str


class Staff:
    def __init__(self, seed: int, world: World, authority: Authority, force: Force) -> None:
        self._seed, self._world, self._force = seed, world, force
        self.people = {person.id: person for person in authority.people}
        self.by_chat: dict[int, str] = {}
        """Whose a chat is, or was: telephones change."""
        self._telephones: dict[str, SandboxPhone] = {}
        for person in authority.people:
            self.has_a_telephone(person)
        self._queue: list[tuple[datetime, int, Act]] = []
        self._order = 0
        self._seen = 0
        self._known_data: dict[tuple[int, str], str] = {}
        self.presses = 0
        self.gone: set[str] = set()

    def has_a_telephone(self, person: Person, name: str = "") -> SandboxPhone:
        """From now on this is theirs, whatever they had before."""
        phone = self._telephones[person.id] = self._world.phone(name or person.id).sandbox
        self.people[person.id] = person
        self.by_chat[phone.id] = person.id
        return phone

    @property
    def next_at(self) -> datetime | None:
        return self._queue[0][0] if self._queue else None

    # What they see -------------------------------------------------------------------------------

    def look(self, now: datetime) -> None:
        """Notice what came in since, and decide what will be done about it."""
        accepted = self._world.sandbox.ledger.accepted
        for entry in accepted[self._seen :]:
            if entry.method.casefold() != "sendmessage" or entry.chat_id not in self.by_chat:
                continue
            person = self.people[self.by_chat[entry.chat_id]]
            message = self._world.sandbox.phones[entry.chat_id].chat.messages[entry.message_id or 0]
            self._decide(person, message, now)
        self._seen = len(accepted)

    def _decide(self, person: Person, message: ChatMessage, now: datetime) -> None:
        verbs = {verb_of(b.data) for row in message.buttons for b in row if b.data}
        card = f"{self._named(message)}:{'.'.join(sorted(verbs))}"
        dice = chance(self._seed, "decides", person.id, card)
        if "ca" in verbs:  # would they stand in?
            self._later(now, dice.uniform(5, 400), person, message, "ca", card)
        elif "cw" in verbs:
            if dice.random() < 0.7:
                self._later(now, 1, person, message, "cw", card)
        elif done := verbs & {"v", "x"}:  # somebody leaves, a telephone is lost: yes
            self._later(now, 1, person, message, done.pop(), card)
        elif person.role is Role.MASH_DESK and "o" in verbs:
            self._at_the_desk(dice, person, message, verbs, card, now)
        elif "o" in verbs:
            when = first_look(self._seed, person, card, now)
            if when is None:
                return
            for step in steps(self._seed, person, card):
                when += step.after
                self._put(when, Act(person.id, message, step.verb, card))

    def _at_the_desk(
        self, dice: Any, person: Person, message: ChatMessage, verbs: set[str], card: str,
        now: datetime,
    ) -> None:  # fmt: skip
        """Both see it; as a rule the one who comes first decides, and questions wait for hours."""
        wait = dice.uniform(30, 420) if "i" in verbs else dice.uniform(2, 40)
        if dice.random() < 0.25:
            return  # the other will
        when = free_at(self._seed, person, now + timedelta(minutes=wait))
        for verb in ("i", "o", "s") if "i" in verbs else ("o", "t"):
            self._put(when, Act(person.id, message, verb, card))
            when += timedelta(seconds=20)

    def _named(self, message: ChatMessage) -> str:
        """Which notices a message names, by number: their references differ from run to run."""
        known = self._force.by_reference
        found = REFERENCE.findall(message.history[0].text)
        return ".".join(str(known[name].number) for name in found if name in known)

    def _later(
        self, now: datetime, minutes: float, person: Person, message: ChatMessage, verb: str,
        card: str,
    ) -> None:  # fmt: skip
        when = free_at(self._seed, person, now + timedelta(minutes=minutes))
        self._put(when, Act(person.id, message, verb, card))

    def _put(self, when: datetime, act: Act) -> None:
        self._order += 1
        heapq.heappush(self._queue, (when, self._order, act))

    # What they do --------------------------------------------------------------------------------

    def act(self, now: datetime) -> None:
        """All that is to be done by now: each person's first thing, the next one in a moment."""
        busy: set[str] = set()
        while self._queue and self._queue[0][0] <= now:
            _, _, act = heapq.heappop(self._queue)
            if act.person in busy:
                self._put(now + timedelta(seconds=2), act)
            elif act.person not in self.gone:
                busy.add(act.person)
                self._do(act, now)

    def _do(self, act: Act, now: datetime) -> None:
        phone = self._telephones[act.person]
        if act.message is None:
            if not phone.chat.blocked or act.verb == "/start":
                phone.start() if act.verb == "/start" else phone.say(act.verb)
            return
        if act.verb == "block":
            phone.block()
            return
        phone = self._world.sandbox.phones[act.message.chat.id]  # perhaps not theirs any more
        if phone.chat.blocked or act.message.deleted:
            return
        data = self._data(act)
        if data is not None:
            phone.press_data(data, act.message)
            self.presses += 1

    def _data(self, act: Act) -> str | None:
        """The button's data; of one that is gone, what it was, for those who press old buttons."""
        assert act.message is not None
        shown = [b.data for row in act.message.buttons for b in row if b.data]
        mine = [data for data in shown if verb_of(data) == act.verb]
        key = (act.message.message_id, act.verb)
        if not mine:
            person = self.people[act.person]
            return self._known_data.get(key) if manner(self._seed, person) == "twice" else None
        some = chance(self._seed, "chooses", act.person, act.card, act.verb, len(mine))
        self._known_data[key] = mine[0]
        many = act.verb in _CHOICES or act.verb in ("ca", "cw")
        return some.choice(mine) if many else mine[0]

    # What a day brings ---------------------------------------------------------------------------

    def draw(self, day: date) -> None:
        """Who goes away, and who blocks the bot for a while."""
        for person in self.people.values():
            if person.id in self.gone:
                continue
            if days := goes_away(self._seed, person, day):
                last = day + timedelta(days=days)
                first = day + timedelta(days=1)
                said = f"/away {first.day}.{first.month}.-{last.day}.{last.month}."
                self.says(at(day, 9 * 60 + days * 7), person.id, said)
                if days > 3:
                    self.says(at(last, 8 * 60), person.id, "/away off")
            dice = chance(self._seed, "blocks", person.id, day)
            if dice.random() < 0.001:
                begin = at(day, 8 * 60 + dice.uniform(0, 300))
                last_seen = self._telephones[person.id].last
                if last_seen is not None:
                    self._put(begin, Act(person.id, last_seen, "block", ""))
                    self.says(begin + timedelta(hours=dice.uniform(1, 30)), person.id, "/start")

    def says(self, when: datetime, person: str, said: str) -> None:
        self._put(when, Act(person, None, said, ""))


def verb_of(data: str) -> str:
    return data.partition(":")[0]

"""The police force: what it sends in a week, how it corrects itself, and what it remembers."""

import asyncio
import heapq
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from tests.rigs.term.authority import FAMILY, Authority
from tests.rigs.term.chance import at, chance
from tests.world import World

_USUAL = {0: (34, 44), 1: (20, 28), 2: (20, 28), 3: (20, 28), 4: (20, 28), 5: (4, 8), 6: (4, 8)}
"""How many notices a day of the week brings to 130 schools; on Monday the weekend's as well."""
_OF = 130
_AT_LEAST = 0.1
"""A few schools alone would hear of nobody for days."""
_LATER = timedelta(minutes=7)


@dataclass
class Sent:
    """A notice of which a reference is known, or will be."""

    number: int
    body: dict[str, Any]
    reference: str = ""
    excluded: frozenset[str] = frozenset()
    words: set[str] = field(default_factory=set)
    """Every child's marked name that any version of it held."""


class Force:
    """Draws notices and sends each at its time; one that is not taken in is sent again later."""

    def __init__(self, seed: int, world: World, authority: Authority, share: float) -> None:
        """`share`: of a real force's notices, so many are sent."""
        self._seed, self._world, self._authority, self._share = seed, world, authority, share
        self._queue: list[tuple[datetime, int, str, Sent, dict[str, Any]]] = []
        self._order = 0
        self._children = 0
        self._pupils: list[dict[str, Any]] = []
        self.notices: list[Sent] = []
        self.by_reference: dict[str, Sent] = {}

    @property
    def next_at(self) -> datetime | None:
        return self._queue[0][0] if self._queue else None

    # What a day brings ---------------------------------------------------------------------------

    def draw(self, day: date) -> None:
        """All that will be sent on this day, and what follows from it."""
        dice = chance(self._seed, "force", day)
        low, high = _USUAL[day.weekday()]
        size = max(len(self._authority.schools) / _OF, _AT_LEAST) * self._share
        for _ in range(max(1, round(dice.randint(low, high) * size))):
            minute = self._minute(day, dice.random(), dice.random())
            self._draw_notice(at(day, minute), len(self.notices) + 1)

    def _minute(self, day: date, which: float, where: float) -> float:
        """Most come before school, some within the day, some at night."""
        if day.weekday() > 4:
            return 60 + where * 1300
        if which < 0.62:
            return 390 + where * 130  # from half past six to twenty to nine
        if which < 0.85:
            return 560 + where * 380
        return (1230 if day.weekday() == 4 else 1020) + where * 200

    def _draw_notice(self, when: datetime, number: int) -> None:
        dice = chance(self._seed, "notice", number)
        children = [self._child(dice, number, k) for k in range(dice.choice((1, 1, 1, 2, 2, 3)))]
        body: dict[str, Any] = {
            "source_reference": f"26{self._seed % 1000:03d}{number:06d}",
            "kind": "domestic_incident",
            "occurred_at": (when - timedelta(hours=dice.uniform(1, 14))).isoformat(),
            "circumstances": f"Words were had, {number}.",
            "risk": {"scale": "DASH", "value": dice.choice(("standard", "medium", "high"))},
            "urgent": dice.random() < 0.06,
            "children": children,
        }
        excluded: list[str] = []
        home = next((c["school"].get("code") for c in children if "school" in c), None)
        if home and dice.random() < 0.06:
            excluded = [dice.choice(self._authority.dsps(home)).id]
        if dice.random() < 0.02:
            body["exclude"] = [*excluded, "nobody-we-know"]
        elif excluded:
            body["exclude"] = excluded
        if dice.random() < 0.05:
            body["involved_adults"] = [{"given_name": "Sam", "family_name": dice.choice(FAMILY)}]
        sent = Sent(number, body, excluded=frozenset(excluded))
        self.notices.append(sent)
        self._put(when, "", sent, body)
        self._draw_what_follows(dice, when, sent)

    def _draw_what_follows(self, dice: Any, when: datetime, sent: Sent) -> None:
        if dice.random() < 0.08:  # the very same again
            self._put(when + timedelta(minutes=dice.uniform(0, 300)), "", sent, sent.body)
        if dice.random() < 0.12:
            changed = {**sent.body, "circumstances": f"More is known, {sent.number}."}
            if dice.random() < 0.3:
                changed["urgent"] = True
            if dice.random() < 0.3:
                more = self._child(dice, sent.number, len(sent.body["children"]))
                changed["children"] = [*sent.body["children"], more]
            self._put(when + timedelta(minutes=dice.uniform(5, 1500)), "", sent, changed)
        if dice.random() < 0.1:
            said = {"text": "Somebody was arrested.", "closed": dice.random() < 0.3}
            self._put(when + timedelta(minutes=dice.uniform(30, 3000)), "updates", sent, said)
        if dice.random() < 0.03:
            why = {"reason": "sent by mistake"}
            self._put(when + timedelta(minutes=dice.uniform(1, 600)), "withdrawal", sent, why)

    def _child(self, dice: Any, number: int, place: int) -> dict[str, Any]:
        """One more pupil, or one of whom the force has told before; never twice in one notice."""
        if place == 0 and self._pupils and dice.random() < 0.12:
            return dict(dice.choice(self._pupils))
        self._children += 1
        school = dice.choice(self._authority.schools)
        child: dict[str, Any] = {
            "given_name": f"Zqjgn{self._children:05d}1jqz",
            "family_name": f"Zqjfn{number:05d}1jqz",  # brothers and sisters have one name
            "date_of_birth": f"{dice.randint(2010, 2020)}-0{dice.randint(1, 9)}-1{place}",
            "school": {"code": school.code, "name": school.name},
        }
        how = dice.random()
        if how < 0.04:
            other = dice.choice([s for s in self._authority.schools if s is not school])
            child["schools"] = [child.pop("school"), {"code": other.code, "name": other.name}]
        elif how < 0.09:
            child["school"] = {"name": f"The {school.name.split()[-1]} one"}
        elif how < 0.14:
            child["school"] = {"name": school.name}
        if how < 0.8:
            child["year_group"] = dice.choice(self._authority.years[school.code])
        self._pupils.append(child)
        return child

    # Sending -------------------------------------------------------------------------------------

    def _put(self, when: datetime, path: str, sent: Sent, body: dict[str, Any]) -> None:
        self._order += 1
        heapq.heappush(self._queue, (when, self._order, path, sent, body))

    async def act(self, now: datetime) -> None:
        """Send all that is due, side by side; what was not taken in is due again in a while."""
        due = []
        while self._queue and self._queue[0][0] <= now:
            due.append(heapq.heappop(self._queue))
        await asyncio.gather(*(self._send(now, path, sent, body) for _, _, path, sent, body in due))

    async def _send(self, now: datetime, path: str, sent: Sent, body: dict[str, Any]) -> None:
        if path and not sent.reference:
            self._put(now + _LATER, path, sent, body)
            return
        where = "/api/v1/notifications" + (f"/{sent.reference}/{path}" if path else "")
        key = {"Authorization": f"Bearer {self._world.police.key}"}
        try:
            answer = await self._world.http.post(where, headers=key, json=body)
        except httpx.TransportError:
            self._put(now + _LATER, path, sent, body)
            return
        if answer.status_code == 503:
            self._put(now + _LATER, path, sent, body)
        elif path and answer.status_code == 409:
            return  # withdrawn before: there is nothing to add to
        elif answer.status_code not in (200, 202):
            raise AssertionError(f"notice {sent.number} {path}: {answer.status_code} {answer.text}")
        elif not path:
            sent.words |= {child["given_name"].casefold() for child in body["children"]}
            sent.words |= {child["family_name"].casefold() for child in body["children"]}
            sent.reference = answer.json()["reference"]
            self.by_reference[sent.reference] = sent

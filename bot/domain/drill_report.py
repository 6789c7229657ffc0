"""What a drill came to: who was reached, who answered, how long before the bell, who was not."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.alert import AlertState, Leg
from bot.domain.cover import SkipReason
from bot.domain.drill import Drill
from bot.domain.people import Role


@dataclass(frozen=True, slots=True)
class Told:
    """One person whom an alert of the drill was meant for."""

    id: str
    name: str
    role: Role
    sent_at: datetime | None
    """When the channel took the first message; None if it never did."""
    opened_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unreached:
    id: str
    name: str
    role: Role
    why: SkipReason


@dataclass(frozen=True, slots=True)
class LegReport:
    """What became of one school's, or its nurses', alert."""

    alert_id: int
    reference: str
    school: str
    leg: Leg
    state: AlertState
    bell_at: datetime
    told: tuple[Told, ...]
    unreached: tuple[Unreached, ...]
    settled_by: Told | None = None
    """Whose acknowledgement settled it."""

    @property
    def minutes_before_the_bell(self) -> int | None:
        """Whole minutes from the answer that settled it to the bell; negative after it."""
        if self.settled_by is None or self.settled_by.acknowledged_at is None:
            return None
        return int((self.bell_at - self.settled_by.acknowledged_at).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class DrillReport:
    drill: Drill
    legs: tuple[LegReport, ...]
    without_deputy: tuple[str, ...]
    """The codes of schools for which nobody holds the deputy's role."""

    @property
    def unreached(self) -> tuple[Unreached, ...]:
        """Everybody who could not be told, each once, by name."""
        once = {person.id: person for leg in self.legs for person in leg.unreached}
        return tuple(sorted(once.values(), key=lambda person: (person.name, person.id)))

    def totals(self) -> dict[str, int]:
        """Counts of people, each once, and of alerts; in the order of the journey."""
        told = [person for leg in self.legs for person in leg.told]
        settled = [leg for leg in self.legs if leg.settled_by is not None]
        return {
            "schools": len(self.drill.schools),
            "alerts": len(self.legs),
            "people told": len({p.id for p in told if p.sent_at}),
            "people who opened": len({p.id for p in told if p.opened_at}),
            "people who acknowledged": len({p.id for p in told if p.acknowledged_at}),
            "alerts settled": len(settled),
            "alerts settled before the bell": sum(
                (leg.minutes_before_the_bell or 0) >= 0 for leg in settled
            ),
            "people not reached": len(self.unreached),
            "schools without a deputy": len(self.without_deputy),
        }

"""Whether each loop of a worker still comes round. What hangs breaks promises only once something
falls due; that it hangs is seen before."""

from collections.abc import Iterator
from dataclasses import dataclass, field

STILL_AFTER = 50.0
"""Seconds. Every stage is woken at least each 30, a long poll takes 35 at most."""


@dataclass(slots=True)
class Pulse:
    """When each loop of this worker last came round, in seconds of a clock that only goes on."""

    _beats: dict[str, float] = field(default_factory=dict)

    def beat(self, name: str, at: float) -> None:
        self._beats[name] = at

    def rest(self, name: str) -> None:
        """It waits for what may never come, as another worker's lease."""
        self._beats.pop(name, None)

    def still(self, at: float) -> tuple[str, ...]:
        """Who has not come round for so long, by name."""
        return tuple(sorted(self._standing(at)))

    def _standing(self, at: float) -> Iterator[str]:
        return (name for name, last in self._beats.items() if at - last > STILL_AFTER)

"""How long the event loop was held up, as it saw it itself: a line for each time that counts."""

import asyncio
import time
from pathlib import Path

_EVERY = 0.005
_COUNTS = 0.01


async def note_stalls(path: Path) -> None:
    """Without end; each line is when, in seconds of the epoch, and for how long."""
    with path.open("a", buffering=1) as lines:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_EVERY)
            late = time.perf_counter() - before - _EVERY
            if late > _COUNTS:
                lines.write(f"{time.time():.3f} {late:.4f}\n")


def longest(path: Path, since: float) -> float:
    """Seconds, of those noted since then; 0 if there was none that counts."""
    return max((late for at, late in noted(path) if at >= since), default=0.0)


def noted(path: Path) -> list[tuple[float, float]]:
    """Each one's end, in seconds of the epoch, and for how long."""
    lines = (line.split() for line in path.read_text().splitlines())
    return [(float(at), float(late)) for at, late in lines]

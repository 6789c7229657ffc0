"""One figure: what was measured, beside the raw limit of the same run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    beside: str
    """The raw limit or ideal, measured in the same run."""
    ratio: float
    target: str
    used: float | None = None
    """Of what the target allows: below 1 it is met."""

    def row(self) -> str:
        return f"| {self.name} | {self.value} | {self.beside} | {self.ratio:.2f} | {self.target} |"


HEAD = "| figure | measured | beside | ratio | target |\n|---|---|---|---|---|"


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float]) -> str:
    """Median with minimum and maximum, in milliseconds."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle * 1000:.2f} ms ({low * 1000:.2f}–{high * 1000:.2f})"

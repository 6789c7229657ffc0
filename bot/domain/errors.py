"""Every error the project expects, each with the sentence the person is told.

    EncompassError
    ├── RefusedError            input that is not taken in; carries its faults
    ├── SettingsError           half a configuration, or a file in it that cannot be read
    ├── UsageError              an option of a command that cannot be what is meant
    ├── NotFoundError           absent, or not this person's: the two look alike on purpose
    ├── ConflictError           what was asked for no longer fits the state
    └── StoreError              the database cannot serve: absent, too old, too new, locked, full

Expected errors page nobody and never show a traceback.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (`$.children[0].given_name`, `line 7, DOB`) and what.

    Both are shown to the sender and logged, so neither ever repeats what the input said.
    """

    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}" if self.where else self.says


class EncompassError(Exception):
    """An expected error; `str()` of it is one sentence for a person."""


class RefusedError(EncompassError):
    """An input that was not taken in, with every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class NotReadableError(RefusedError):
    """The input's outer form cannot be read at all: not JSON, not a spreadsheet."""


class SettingsError(EncompassError):
    """Half a configuration refuses to start; the sentence says what is missing and where."""


class UsageError(EncompassError):
    """A command cannot run with an option as it was given."""


class NotFoundError(EncompassError):
    """Absent, or not this person's to know of."""


class ConflictError(EncompassError):
    """What was asked for no longer fits the state of things."""


class StoreError(EncompassError):
    """The database cannot serve."""

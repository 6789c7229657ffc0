"""Chance that is the same for the same seed, whatever else happened before it was asked."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def chance(*about: object) -> random.Random:
    """Dice of their own for whatever they are about: no draw moves any other."""
    return random.Random(":".join(map(str, about)))


def at(day: date, minutes: float) -> datetime:
    """So many minutes after that day's local midnight; whole seconds."""
    begin = datetime.combine(day, time(), LONDON)
    return (begin + timedelta(seconds=int(minutes * 60))).astimezone(UTC)


def local(at: datetime) -> datetime:
    return at.astimezone(LONDON)

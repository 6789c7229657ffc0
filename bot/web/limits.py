"""How large and how often: a body limit before anyone is asked who they are, and each partner's
rate as a bucket of tokens on the clock in force."""

import math
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

MOST_BYTES = 1024 * 1024


class TooLargeError(Exception):
    """The body is over the limit; no more of it was read than the limit."""


async def limited_body(request: Request, most: int = MOST_BYTES) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise TooLargeError
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


class PartnerRates:
    """`rate` notices a second for each partner, bursts of up to `burst`."""

    def __init__(self, rate: float, burst: int = 5000) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: dict[int, _Bucket] = {}

    def wait(self, partner_id: int, now: datetime) -> int:
        """0 if one more may come in now, else the whole seconds to wait."""
        bucket = self._buckets.setdefault(partner_id, _Bucket(self._burst, now))
        gained = max(0.0, (now - bucket.at).total_seconds()) * self._rate
        bucket.tokens, bucket.at = min(self._burst, bucket.tokens + gained), now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return math.ceil((1 - bucket.tokens) / self._rate)

"""The keys of a ladder that say when it waits: its in-day lane, quiet hours and holidays."""

import re
from dataclasses import replace
from datetime import time, timedelta

from bot.domain.calendar import IN_DAY, InDay
from bot.domain.escalation import EscalationPolicy
from bot.domain.quiet import NEVER_HELD, Holiday, QuietHours, Send
from bot.intake.spans import from_edge, read
from bot.intake.toml_node import Node

_DAYS = re.compile(r"(\d{1,2})d", re.ASCII)


def in_day_of(table: Node, policy: EscalationPolicy) -> EscalationPolicy:
    """The policy with the lane of this table, if it has one."""
    if table.get("in_day") is None:
        return policy
    lane, plain = table.table("in_day"), IN_DAY
    enabled = lane.get("enabled")
    if enabled is not None and not isinstance(enabled, bool):
        lane.fault("enabled", "must be true or false")
    begins = read(
        lane,
        "from",
        lambda written: from_edge(written, "opening"),
        "must be opening, opening+30m or opening-1h",
    )
    ends = read(
        lane, "until", lambda written: from_edge(written, "close"), "must be close or close-30m"
    )
    if ends is not None and ends > timedelta(0):
        lane.fault("until", "must not lie behind the closing bell, which is then the deadline")
    lane.refuse_unasked("enabled, from, until")
    return replace(
        policy,
        in_day=InDay(
            enabled is not False,
            plain.after_opening if begins is None else begins,
            plain.before_closing if ends is None else -ends,
        ),
    )


def with_waits(table: Node, policy: EscalationPolicy, *, may_hold: bool) -> EscalationPolicy:
    """The policy with the quiet hours and the holidays of this table, where it has any."""
    if table.get("quiet") is not None:
        policy = replace(policy, quiet=_quiet(table.table("quiet")))
    if may_hold and table.get("holiday") is not None:
        policy = replace(policy, holiday=_holiday(table.table("holiday")))
    return policy


def _quiet(table: Node) -> QuietHours | None:
    first, last = _clock(table, "from"), _clock(table, "to")
    table.refuse_unasked("from, to")
    if first and first == last:
        table.fault("to", "must be another time than from: nothing is quiet all day")
    return QuietHours(first, last) if first and last else None


def _clock(table: Node, key: str) -> time | None:
    if table.get(key) is None:
        table.fault(key, 'must be given, as a time of day such as "22:00"')
    return table.clock(key)


def _holiday(table: Node) -> Holiday:
    plain = NEVER_HELD
    send = table.get("send")
    if send not in list(Send):
        table.fault("send", f"must be one of {', '.join(Send)}")
        send = plain.send
    days = read(table, "longer_than", _days, "must be a number of days, such as 4d")
    at = table.clock("at")
    table.refuse_unasked("send, longer_than, at")
    return Holiday(
        Send(send), plain.longer_than if days is None else days, plain.at if at is None else at
    )


def _days(written: str) -> int | None:
    found = _DAYS.fullmatch(written)
    return int(found[1]) if found else None

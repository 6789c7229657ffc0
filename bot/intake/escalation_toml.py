"""escalation.toml: the ladders, one a leg (contract: escalation.toml).

Whatever could end a ladder in silence is refused here, before it is ever in force.
"""

from dataclasses import replace
from datetime import timedelta

from bot.domain.alert import Leg
from bot.domain.escalation import DEFAULT_FOR_QUESTIONS, EscalationPolicy, EscalationStep
from bot.domain.pattern import Patterns
from bot.domain.waits import MAY_BE_OFF, Waits, waits_of
from bot.intake.spans import from_bell, read, span
from bot.intake.toml_node import Node, refuse_faults, root
from bot.intake.waits_toml import in_day_of, with_waits

_MOST = 1000
_OF_THE_LEG = {
    Leg.SCHOOL: "enabled, settled_by, steps, at_the_end, in_day, quiet, holiday",
    Leg.NURSE: "enabled, settled_by, steps, at_the_end, quiet, holiday",
    Leg.TRIAGE: "enabled, settled_by, steps, at_the_end, quiet",
    Leg.QUESTION: "enabled, settled_by, steps, at_the_end, quiet, answer_within",
}


def read_escalation(data: bytes, file: str = "escalation.toml") -> dict[Leg, EscalationPolicy]:
    """The ladder of each leg, or every fault by its key path."""
    top = root(file, data)
    version, _ = top.text("version"), top.text("author")
    policies = top.table("policies")
    ladders = {
        leg: _policy(leg, policies.table(leg), version)
        for leg in Leg
        if leg is not Leg.QUESTION or policies.get(leg) is not None
    }
    ladders.setdefault(Leg.QUESTION, replace(DEFAULT_FOR_QUESTIONS, version=version))
    # A nurse's alert has the same school's bell, and with it the same lane.
    in_day = ladders[Leg.SCHOOL].in_day
    ladders[Leg.NURSE] = replace(ladders[Leg.NURSE], in_day=in_day)
    policies.refuse_unasked(f"the legs {', '.join(Leg)}")
    _patterns(top)
    _second_person(top)
    top.refuse_unasked("version, author, policies, patterns, changes")
    refuse_faults(top)
    return ladders


def read_waits(data: bytes) -> Waits:
    """What it says beside the ladders' steps."""
    policies, two_people = read_escalation(data), second_person(data)
    return waits_of(policies, read_patterns(data), two_people=two_people)


def read_patterns(data: bytes, file: str = "escalation.toml") -> Patterns:
    """How many notices about one child, within how long, are looked at together."""
    return _patterns(root(file, data))


def second_person(data: bytes, file: str = "escalation.toml") -> bool:
    """Whether a change is put in force by somebody else than whoever drafted it."""
    return _second_person(root(file, data))


def _second_person(top: Node) -> bool:
    if top.get("changes") is None:
        return False
    table = top.table("changes")
    asked = table.get("two_people")
    if not isinstance(asked, bool):
        table.fault("two_people", "must be true or false")
    table.refuse_unasked("two_people")
    return asked is True


def _patterns(top: Node) -> Patterns:
    if top.get("patterns") is None:
        return Patterns()
    table = top.table("patterns")
    notices, days = table.get("notices"), table.get("within_days")
    for key, value, least in (("notices", notices, 2), ("within_days", days, 1)):
        if type(value) is not int or not least <= value <= _MOST:
            table.fault(key, f"must be a whole number from {least} to {_MOST}")
    table.refuse_unasked("notices, within_days")
    if table.faults:
        return Patterns()
    return Patterns(int(notices), timedelta(days=int(days)))


def _policy(leg: Leg, table: Node, version: str) -> EscalationPolicy:
    enabled = table.get("enabled")
    if enabled is not None and not isinstance(enabled, bool):
        table.fault("enabled", "must be true or false")
    off = enabled is False
    if off and leg not in MAY_BE_OFF:
        table.fault("enabled", f"must not be false: only {' and '.join(MAY_BE_OFF)} may be off")
    settled_by = table.roles("settled_by", optional=off)
    steps = tuple(_step(step) for step in table.tables("steps"))
    if not steps and not off:
        table.fault("steps", "must hold at least one step")
    told = {role for step in steps for role in step.tell}
    if steps and settled_by and told.isdisjoint(settled_by):
        says = "must name a role that a step tells, or it reaches nobody who could settle it"
        table.fault("settled_by", says)
    end = None if off and table.get("at_the_end") is None else table.table("at_the_end")
    policy = EscalationPolicy(
        leg=leg,
        settled_by=settled_by,
        steps=steps,
        end_tell=end.roles("tell") if end else (),
        end_every=_every(end) if end else timedelta(),
        enabled=not off,
        version=version,
        answer_within=_answer_within(table) if leg is Leg.QUESTION else None,
    )
    if end:
        end.refuse_unasked("tell, every")
    policy = with_waits(table, policy, may_hold=leg in MAY_BE_OFF)
    if leg is Leg.SCHOOL:
        policy = in_day_of(table, policy)
    table.refuse_unasked(_OF_THE_LEG[leg])
    return policy


def _answer_within(table: Node) -> timedelta | None:
    """The due time of an answer; by default the built-in one."""
    if table.get("answer_within") is None:
        return DEFAULT_FOR_QUESTIONS.answer_within
    within = read(table, "answer_within", span, "must be a time such as 4h")
    if within == timedelta():
        table.fault("answer_within", "must be longer than nothing, such as 4h")
    return within


def _step(table: Node) -> EscalationStep:
    step = EscalationStep(
        tell=table.roles("tell"),
        after=read(table, "after", span, "must be a time such as 10m, 45s, 2h or 1h30m"),
        not_before=read(table, "not_before", from_bell, "must be bell, bell-60m or bell+4h"),
    )
    table.refuse_unasked("tell, after, not_before")
    return step


def _every(end: Node) -> timedelta:
    every = read(end, "every", span, "must be a time such as 30m")
    if not every:
        end.fault("every", "must be given and longer than nothing, such as 30m")
    return every or timedelta()

"""Who would be told, when and why not, in words: one for the command and for the screen."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.forecast import LegForecast, forecast
from bot.domain.left_out import NOT_THIS_ROLE, left_out
from bot.domain.routing import InForce
from bot.domain.school import School
from bot.rendering.catalogue import Words

_MOST_LEFT_OUT = 20
"""Of each leg: a screen is one message, which Telegram cuts for nobody. `route` lists them all."""


def route_lines(
    known: InForce,
    say: Words,
    school: School,
    at: datetime,
    year: int | None,
    *,
    urgent: bool = False,
) -> Sequence[str]:
    """A line for each step of each leg, behind a heading with its bell."""
    lines: list[str] = []
    for leg in forecast(known, school.code, at, year, urgent=urgent):
        name = school.name_in(say.language)
        lines.append(
            say.say("route.heading", school=name, at=say.moment(at), bell=say.moment(leg.bell.at))
        )
        lines += _waits(say, leg)
        for when, step in leg.steps:
            people = say.listed([reached.person.name for reached in step.reached])
            sentence = "route.step_silent" if when in leg.silent else "route.step"
            sentence = "route.step_listed" if step.listed else sentence
            said = sentence if people else "route.nobody"
            lines.append(say.say(said, due=say.moment(when), people=people))
        outside = [
            out
            for out in left_out(known, leg, school.code, year)
            # Of the authority's own nobody asks.
            if not (out.person.scope.everywhere and out.why == NOT_THIS_ROLE)
        ]
        for out in outside[:_MOST_LEFT_OUT]:
            why = say.say(f"skip.{out.why}")
            if out.cover:
                why = say.say("route.away_covered", person=out.cover.name)
            lines.append(say.say("route.left_out", person=out.person.name, why=why))
        if (more := len(outside) - _MOST_LEFT_OUT) > 0:
            lines.append(say.count("answer.more_not_shown", more))
        if not leg.settlers:
            lines.append(say.say("route.nobody_at_all"))
    return lines


def _waits(say: Words, leg: LegForecast) -> list[str]:
    """Whether it is held over the holidays, and whether the time is short."""
    lines = []
    if leg.held_until:
        lines.append(say.say("route.held", until=say.moment(leg.held_until)))
    if leg.hold_lifted:
        lines.append(say.say("route.hold_lifted"))
    if leg.compressed:
        lines.append(say.say("route.compressed"))
    return lines

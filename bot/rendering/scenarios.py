"""A kept scenario in sentences: the notice that somebody thought of, and who must hear of it."""

from collections.abc import Iterator
from datetime import timedelta

from bot.domain.people import Role
from bot.domain.routing import InForce
from bot.domain.scenario import MustHear, Scenario
from bot.rendering.catalogue import Words
from bot.rendering.what_changed import span


def notice_in_words(say: Words, known: InForce, scenario: Scenario) -> str:
    """`Ysgol Bryn, 07:10, Monday 30 November, year 4, urgent`"""
    school = known.directory.schools.get(scenario.school)
    where = school.name_in(say.language) if school else scenario.school
    parts = [where, say.moment(scenario.at), say.say(f"ladder.{scenario.leg.value}")]
    if scenario.year is not None:
        parts.append(say.say("scenario.year", year=scenario.year))
    if scenario.urgent:
        parts.append(say.say("routing.urgent"))
    return ", ".join(parts)


def wanted_in_words(say: Words, known: InForce, scenario: Scenario) -> Iterator[str]:
    """Each thing that must be so, as a sentence of its own."""
    if scenario.due_at is not None:
        yield say.say("scenario.is_due", due=say.moment(scenario.due_at))
    for must in scenario.told:
        yield say.say("scenario.is_told", who=_who(say, known, must.who), by=_by(say, must))
    for who in scenario.not_told:
        yield say.say("scenario.is_not_told", who=_who(say, known, who))


def _who(say: Words, known: InForce, who: str) -> str:
    if who in list(Role):
        return say.say(f"role.{who}")
    person = known.directory.people.get(who)
    return f"{person.name} ({who})" if person else who


def _by(say: Words, must: MustHear) -> str:
    if must.from_bell is None:
        if must.after is None:
            return say.say("scenario.at_some_time")
        return say.say("scenario.within", span=span(must.after))
    if not must.from_bell:
        return say.say("scenario.by_the_bell")
    if must.from_bell < timedelta():
        return say.say("scenario.ahead_of_bell", span=span(-must.from_bell))
    return say.say("scenario.behind_bell", span=span(must.from_bell))

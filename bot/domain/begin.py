"""How the ladder of an alert begins that has just been raised, in the holidays too."""

from dataclasses import replace
from datetime import datetime

from bot.domain.directory import Directory
from bot.domain.escalation import Tell
from bot.domain.people import Role
from bot.domain.quiet import Send
from bot.domain.routing import Climbed, LadderState, StepTold, climb, someone_unreached, told_at


def _on_the_list(state: LadderState, directory: Directory, now: datetime) -> StepTold:
    """Everyone of this ladder who is on the holiday list and covers a child of the alert."""
    roles = tuple(role for role in Role if role in state.policy.roles)
    told = told_at(Tell(roles, 0, now), state, directory, now)
    return replace(
        told,
        roles=tuple(role for role in roles if any(r.person.role is role for r in told.reached)),
        reached=tuple(stand for stand in told.reached if stand.person.holidays),
        skipped=tuple(stand for stand in told.skipped if stand.person.holidays),
        listed=True,
    )


def begin(state: LadderState, directory: Directory, now: datetime) -> Climbed:
    """The climb of an alert that has just been raised, with a hold over the holidays or without.

    With the holiday list those on it are told at once. If a child is left with nobody who could be
    told, nothing is held: everyone is told at once (the signal fails open).
    """
    if state.climb.held_until is None or state.policy.holiday.send is Send.HOLD:
        return climb(state, directory, now)
    listed = _on_the_list(state, directory, now)
    told = {reachable.person.id for reachable in listed.reached}
    if someone_unreached(state, told, directory, now):
        at_once = replace(state, climb=replace(state.climb, held_until=None))
        return replace(climb(at_once, directory, now), hold_lifted=True)
    climbed = climb(replace(state, told=frozenset(told)), directory, now)
    return replace(climbed, steps=(listed, *climbed.steps))

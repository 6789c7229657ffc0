"""A line of the audit trail as a sentence: what happened, who did it, and why.

For those who oversee; it names staff, roles and schools, and never a child.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rendering.catalogue import Words

_BY_PERSON = {
    "alert:opened": "trail.opened",
    "alert:acknowledged": "trail.acknowledged",
    "alert:cannot_act": "trail.cannot_act",
    "alert:recused": "trail.recused",
    "alert:misdirected": "trail.misdirected",
    "alert:child_not_theirs": "trail.child_not_theirs",
    "containment:ended": "trail.containment_ended",
    "message:sent": "trail.sent",
    "triage:decided": "trail.decided",
}
_PLAIN = {
    "alert:withdrawn": "trail.alert_withdrawn",
    "alert:put_back": "trail.put_back",
    "alert:closed": "trail.closed",
    "triage:closed": "trail.closed",
    "notification:closed": "trail.closed",
    "triage:answered_by_new_version": "trail.answered_by_new_version",
    "notification:withdrawn": "trail.withdrawn",
    "notification:put_off": "trail.put_off",
}
_COUNTED = {
    "notification:new_version": "trail.new_version",
    "notification:updated": "trail.updated",
}
_FROM_PARTNER = {
    "notification:received": "trail.received",
    "notification:handed_over": "trail.handed_over",
}


@dataclass(frozen=True, slots=True)
class Trail:
    """Says lines of one language; `person` and `school` give the names of ids and codes."""

    say: Words
    person: Callable[[str], str]
    school: Callable[[str], str]

    def sentence(self, line: Mapping[str, Any]) -> str:
        """`line` as `flow.account.line_of_time` has it. An action without a sentence of its own is
        shown by its name rather than left out."""
        return self._sentence(line).strip()  # where nobody was left out its gap is empty

    def _sentence(self, line: Mapping[str, Any]) -> str:
        say, action = self.say.say, line["action"]
        if action in _BY_PERSON:
            return say(_BY_PERSON[action], person=self.person(line["person"]))
        if action in _PLAIN:
            return say(_PLAIN[action])
        if action in _COUNTED:
            return say(_COUNTED[action], version=line["version"])
        if action in _FROM_PARTNER:
            return say(_FROM_PARTNER[action], partner=line["partner"])
        match action:
            case "triage:opened":
                asked = "trail.asked" if line["question"] == "school" else "trail.asked_who"
                return say(asked, why=say(f"why.{line['why']}"))
            case "alert:raised":
                return self._raised(line)
            case "alert:reopened":
                return say("trail.reopened", bell=self._bell(line))
            case "alert:told":
                return self._told(line)
            case "message:next_way":
                return say(
                    "trail.next_way",
                    person=self.person(line["person"]),
                    way=say(f"way.{line['way']}"),
                    failed=say(f"way.{line['instead_of']}"),
                )
            case "alert:step_skipped":
                return say("trail.step_skipped", step=line["step"], left_out=self._left_out(line))
        return str(action)

    def _bell(self, line: Mapping[str, Any]) -> str:
        return self.say.moment(datetime.fromisoformat(line["bell_at"]))

    def _raised(self, line: Mapping[str, Any]) -> str:
        say = self.say.say
        sentence = "trail.raised_late" if line.get("late") else "trail.raised"
        ways = [say(f"trail.matched_by_{way}") for way in line.get("matched_by", ())]
        return " ".join(
            [
                *ways,
                say(
                    sentence,
                    leg=say(f"trail.leg_{line['leg']}"),
                    school=self.school(line["school"]),
                    bell=self._bell(line),
                ),
            ]
        )

    def _told(self, line: Mapping[str, Any]) -> str:
        people, left_out = self._names(line["told"]), self._left_out(line)
        if line.get("reminder"):
            return self.say.say(
                "trail.reminded", number=line["reminder"], people=people, left_out=left_out
            )
        roles = ", ".join(self.say.say(f"role.{role}") for role in line["roles"])
        return self.say.say(
            "trail.told", step=line["step"], roles=roles, people=people, left_out=left_out
        )

    def _left_out(self, line: Mapping[str, Any]) -> str:
        """Who was not told, each with the reason, as a sentence of its own; or nothing."""
        skipped = line.get("skipped") or {}
        people = ", ".join(
            f"{self.person(who)} ({self.say.say(f'skip.{why}')})" for who, why in skipped.items()
        )
        return self.say.say("trail.left_out", people=people) if people else ""

    def _names(self, people: Iterable[str]) -> str:
        return self.say.listed([self.person(who) for who in people])

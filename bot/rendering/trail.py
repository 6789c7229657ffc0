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
    "alert:no_health_need": "trail.no_health_need",
    "alert:plan_asked": "trail.plan_asked",
    "alert:plan_missing": "trail.plan_missing",
    "alert:recused": "trail.recused",
    "alert:misdirected": "trail.misdirected",
    "alert:child_not_theirs": "trail.child_not_theirs",
    "containment:ended": "trail.containment_ended",
    "message:sent": "trail.sent",
    "triage:decided": "trail.decided",
    "question:asked": "trail.question_asked",
    "question:taken": "trail.question_taken",
    "question:given_up": "trail.question_given_up",
    "question:answered": "trail.question_answered",
}
_PLAIN = {
    "alert:withdrawn": "trail.alert_withdrawn",
    "alert:put_back": "trail.put_back",
    "alert:stands_again": "trail.stands_again",
    "alert:closed": "trail.closed",
    "triage:closed": "trail.closed",
    "question:closed": "trail.closed",
    "question:ended": "trail.question_ended",
    "notification:closed": "trail.closed",
    "triage:answered_by_new_version": "trail.answered_by_new_version",
    "notification:withdrawn": "trail.withdrawn",
    "notification:put_off": "trail.put_off",
    "alert:hold_over": "trail.hold_over",
    "alert:hold_lifted": "trail.hold_lifted",
    "alert:quiet_over": "trail.quiet_over",
    "alert:quiet_lifted": "trail.quiet_lifted",
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
            case "alert:planned":
                choice = say(f"plan.{line['choice']}")
                return say("trail.planned", person=self.person(line["person"]), choice=choice)
            case "alert:undone":
                undone = say(f"trail.undone_{line['answer']}", person=self.person(line["person"]))
                return " ".join([undone, say("trail.owed_again") if line.get("children") else ""])
            case "alert:passed_on":
                to = line.get("team") or self.person(line["to"])
                return say("trail.passed_on", person=self.person(line["person"]), to=to)
            case "alert:reopened":
                sentence = "trail.reopened_urgent" if line.get("urgent") else "trail.reopened"
                return say(sentence, bell=self._bell(line))
            case "notification:one_of_several":
                people = self._names(line["told"])
                return say("trail.one_of_several", notices=line["notices"], people=people)
            case "alert:policy_applied":
                who, version = self.person(line["person"]), line["version"]
                return say("trail.policy_applied", person=who, version=version)
            case "alert:replanned":
                return say("trail.replanned", bell=self._bell(line))
            case "alert:told_in_the_holidays":
                people, left_out = self._names(line["told"]), self._left_out(line)
                return say("trail.told_in_the_holidays", people=people, left_out=left_out)
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

    def _until(self, line: Mapping[str, Any]) -> str:
        return self.say.moment(datetime.fromisoformat(line["held_until"]))

    def _raised(self, line: Mapping[str, Any]) -> str:
        say = self.say.say
        sentence = "trail.raised_late" if line.get("late") else "trail.raised"
        waits = say("trail.raised_held", until=self._until(line)) if "held_until" in line else ""
        short = say("trail.raised_compressed") if line.get("compressed") else ""
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
                *(word for word in (waits, short) if word),
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

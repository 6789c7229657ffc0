"""The police desk: what is sent goes the way that a force's system sends it, over HTTP."""

import copy
import itertools
import json
from importlib.resources import files
from typing import Any

import aiohttp

from bot.demo.authority import monday_notices
from bot.demo.page.conductor import Conductor
from bot.demo.stage import FORCE, Stage
from bot.domain.incident import Submission
from bot.flow.partners import desk
from bot.flow.take_file import take_file
from bot.rendering.catalogue import Words

_FIRST_OWN = 2_700_000_001
_ACCEPTED = 202
Answer = dict[str, Any]
_MONDAY_FILE = "police-daily.csv"


class PoliceDesk:
    """Remembers what it sent, as the sender's own system would."""

    def __init__(self, stage: Stage, conductor: Conductor) -> None:
        self._stage = stage
        self._conductor = conductor
        self._samples = {notice["source_reference"]: notice for notice in monday_notices()}
        self._sent: dict[str, dict[str, Any]] = {}
        """By the reference that the service gave."""
        self._numbers = itertools.count(_FIRST_OWN)
        self._unheard: dict[str, dict[str, Any]] = {}
        """Written notices that nobody answered: sent again they are the same notices."""

    # --- what the page offers --------------------------------------------------------------------

    def samples(self, say: Words) -> list[Answer]:
        """Synthetic notices to choose from, those of the telephones that are shown first."""
        schools = self._stage.directory.schools
        sent = {notice["source_reference"] for notice in self._sent.values()}
        offered = [
            {
                "key": key,
                "sent": key in sent,
                "says": say.say(
                    "demo.sample",
                    where=", ".join(_written(notice)) or "?",
                    children=len(notice["children"]),
                ),
                "first": all(
                    (child.get("school") or {}).get("name") == schools["9992007"].name
                    for child in notice["children"]
                ),
            }
            for key, notice in self._samples.items()
        ]
        return sorted(offered, key=lambda sample: not sample["first"])

    def sent(self) -> list[Answer]:
        """What can be corrected, added to or withdrawn, the newest first."""
        return [
            {
                "reference": reference,
                "sample": notice["source_reference"],
                "where": ", ".join(_written(notice)),
                "child": _first_child(notice),
            }
            for reference, notice in reversed(self._sent.items())
        ]

    # --- what it does ----------------------------------------------------------------------------

    async def send_sample(self, key: str) -> Answer:
        return await self.send(self._samples[key])

    async def send_written(self, written: dict[str, Any]) -> Answer:
        """A notice with one child, from the fields of the form; what is left empty is left out."""
        child = _filled(written, "given_name", "family_name", "date_of_birth")
        if year := str(written.get("year_group", "")).strip():
            child["year_group"] = int(year) if year.isdecimal() else year
        if school := written.get("school"):
            child["school"] = {"name": school}
        said = json.dumps(written, sort_keys=True)
        notice = self._unheard.pop(said, None) or {
            "source_reference": str(next(self._numbers)),
            "occurred_at": self._stage.clock.now().isoformat(),
            "sent_at": self._stage.clock.now().isoformat(),
            "urgent": bool(written.get("urgent")),
            "children": [child],
            **_filled(written, "circumstances"),
        }
        answer = await self.send(notice)
        if not answer["status"]:
            self._unheard[said] = notice
        return answer

    async def send(self, notice: dict[str, Any]) -> Answer:
        answer = await self._post("", notice)
        if reference := answer["body"].get("reference"):
            self._sent[reference] = notice
        return answer

    async def send_file(self) -> Answer:
        """Monday's sheet through the door for files, as `encompass notify` takes it."""
        if not self._conductor.up:
            return {"status": 0, "body": {}}
        ctx, data = self._stage.app.ctx, (_folder() / _MONDAY_FILE).read_bytes()
        taken = await take_file(ctx, await desk(ctx, FORCE), _MONDAY_FILE, data)
        received = [received for _, received in taken.entries if received is not None]
        for entry, got in taken.entries:
            if got is not None and isinstance(entry.outcome, Submission):
                number = entry.outcome.incident.source_reference
                self._sent.setdefault(got.reference, self._samples[number])
        return {
            "status": _ACCEPTED,
            "body": {
                "file": _MONDAY_FILE,
                "taken": sum(not got.duplicate for got in received),
                "known": sum(got.duplicate for got in received),
            },
        }

    async def correct(self, reference: str, school: str, year: str) -> Answer:
        """The same notice with another school or year for its first child."""
        notice = copy.deepcopy(self._sent[reference])
        child = notice["children"][0]
        if school:
            child["school"] = {"name": school}
        if year.isdecimal():
            child["year_group"] = int(year)
        notice["sent_at"] = self._stage.clock.now().isoformat()
        return await self.send(notice)

    async def add(self, reference: str, text: str) -> Answer:
        return await self._post(f"/{reference}/updates", {"text": text})

    async def withdraw(self, reference: str, reason: str) -> Answer:
        answer = await self._post(f"/{reference}/withdrawal", {"reason": reason})
        if answer["status"] == _ACCEPTED:
            self._sent.pop(reference, None)
        return answer

    async def _post(self, path: str, body: dict[str, Any]) -> Answer:
        """Status and body; status 0 when nobody answered: then nobody knows, and it is to be sent
        again (a repeat of what was accepted after all tells nobody twice)."""
        try:
            status, said = await self._stage.post(path, body)
        except (aiohttp.ClientError, TimeoutError):
            return {"status": 0, "body": {}}
        return {"status": status, "body": said}


def _folder() -> Any:
    return files("bot.demo") / "porth_awel"


def _filled(written: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: written[name] for name in names if written.get(name)}


def _written(notice: dict[str, Any]) -> list[str]:
    """The schools as they were written down, each once."""
    names = [
        school.get("name") or school.get("code") or ""
        for child in notice["children"]
        for school in [child.get("school"), *child.get("schools", [])]
        if school
    ]
    return list(dict.fromkeys(name for name in names if name))


def _first_child(notice: dict[str, Any]) -> dict[str, Any]:
    child = notice["children"][0]
    school = child.get("school") or {}
    return {"school": school.get("name", ""), "year": child.get("year_group") or ""}

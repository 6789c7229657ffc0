"""What happens in a situation, sentence by sentence."""

import re
from datetime import UTC, timedelta
from typing import Any

from bot.flow.absent import add
from bot.flow.close import close
from bot.flow.drill import ask_for
from bot.flow.leave import leave
from tests.builders import child, notice
from tests.situations.grammar import deed
from tests.situations.hours import read_day, read_when
from tests.situations.stage import Stage

_PUPIL = re.compile(
    r"a (?:year (?P<year>\d+) )?pupil of (?:both (?P<one>.+) and (?P<other>.+)"
    r"|a school written as (?P<written>.+)|(?P<school>.+?))"
)
_BETWEEN = re.compile(r"(?:, | and )(?=a (?:year \d+ )?pupil of )")

# --- the police ----------------------------------------------------------------------------------


def _children(stage: Stage, pupils: str) -> list[dict[str, Any]]:
    """`a year 8 pupil of Ysgol Glan and a pupil of Ysgol Bryn` are two."""
    found = []
    for number, one in enumerate(_BETWEEN.split(pupils), 1):
        read = _PUPIL.fullmatch(one)
        if read is None:
            raise ValueError(f"“{one}” is no pupil; one is written: a year 8 pupil of Ysgol Bryn")
        # The same words are the same child, so that a notice can be repeated and corrected.
        fields: dict[str, Any] = {"given_name": f"Synthetic{number}", "family_name": one.title()}
        if read["written"]:
            fields["school"] = {"name": read["written"]}
        elif read["one"]:
            both = [stage.school(read["one"]), stage.school(read["other"])]
            fields["schools"] = [{"code": one.code, "name": one.name} for one in both]
        if read["year"]:
            fields["year_group"] = int(read["year"])
        found.append(child(stage.school(read["school"]) if read["school"] else None) | fields)
    return found


async def _sends(stage: Stage, pupils: str, **fields: Any) -> None:
    now = stage.world.clock.now()
    times = {"occurred_at": now - timedelta(minutes=20), "sent_at": now - timedelta(minutes=5)}
    said = {name: at.astimezone(UTC).isoformat() for name, at in times.items()}
    await stage.send(notice(*_children(stage, pupils), **{**said, **fields}))


@deed("the police", "send a notice about PUPILS, excluding PEOPLE")
async def send_excluding(stage: Stage, pupils: str, people: str) -> None:
    ids = [stage.person(name).id for name in re.split(", | and ", people)]
    await _sends(stage, pupils, exclude=ids)


@deed("the police", "send an urgent notice about PUPILS")
async def send_urgent(stage: Stage, pupils: str) -> None:
    await _sends(stage, pupils, urgent=True)


@deed("the police", "send a notice of WHEN about PUPILS")
async def send_late(stage: Stage, when: str, pupils: str) -> None:
    occurred = read_when(when, None).isoformat()
    await _sends(stage, pupils, occurred_at=occurred)


@deed("the police", "send a notice about PUPILS")
async def send(stage: Stage, pupils: str) -> None:
    await _sends(stage, pupils)


@deed("the police", "send the same notice again")
async def send_again(stage: Stage) -> None:
    await stage.world.police.send(stage.notices[-1])


@deed("the police", "correct the notice: it is urgent")
async def correct_urgent(stage: Stage) -> None:
    await stage.correct(urgent=True)


@deed("the police", "correct the notice: what happened")
async def correct_words(stage: Stage) -> None:
    await stage.correct(circumstances="It was otherwise than was written first.")


@deed("the police", "correct the notice: it is about PUPILS")
async def correct_children(stage: Stage, pupils: str) -> None:
    await stage.correct(children=_children(stage, pupils))


@deed("the police", "add to the notice")
async def add_to(stage: Stage) -> None:
    await stage.world.police.update(stage.references[-1], text="There is more to say.")


@deed("the police", "withdraw the notice")
async def withdraw(stage: Stage) -> None:
    await stage.world.police.withdraw(stage.references[-1])


# --- people --------------------------------------------------------------------------------------


@deed("PERSON", "presses BUTTON on notice NUMBER")
async def presses_on(stage: Stage, who: str, button: str, number: str) -> None:
    phone, reference = stage.phone(who), stage.references[int(number) - 1]
    cards = [m for m in phone.sandbox.messages if reference in m.text and m.button(button)]
    stage.presses[who] = await phone.press(button, cards[-1] if cards else None)


@deed("PERSON", "presses BUTTON")
async def presses(stage: Stage, who: str, button: str) -> None:
    stage.presses[who] = await stage.phone(who).press(button)


@deed("PEOPLE", "press BUTTON at the same moment")
async def press_together(stage: Stage, who: tuple[str, ...], button: str) -> None:
    for name in who:
        stage.presses[name] = stage.phone(name).sandbox.press(button)
    await stage.world.settle()


@deed("PEOPLE", "hear who has it: one of them")
async def one_of_them(stage: Stage, who: tuple[str, ...]) -> None:
    answers = {name: stage.presses[name].answer for name in who}
    said = {name: answer.text for name, answer in answers.items() if answer is not None}
    [first] = [name for name, text in said.items() if text == "Acknowledged. Thank you."]
    others = {text for name, text in said.items() if name != first}
    assert others == {f"{first} has acknowledged this already."}, str(said)


@deed("PERSON", "is answered: TEXT")
async def is_answered(stage: Stage, who: str, text: str) -> None:
    press = stage.presses.get(who)
    said = press.answer.text if press is not None and press.answer is not None else "nothing"
    assert said == text, f"{who} is answered: {said}"


@deed("PERSON", "writes TEXT")
async def writes(stage: Stage, who: str, text: str) -> None:
    await stage.phone(who).says(text)


@deed("PERSON", "blocks the bot")
async def blocks(stage: Stage, who: str) -> None:
    await stage.phone(who).blocks_the_bot()


@deed("PERSON", "leaves")
async def leaves(stage: Stage, who: str) -> None:
    await leave(stage.world.ctx, stage.person(who).id, "command line")
    await stage.world.settle()


async def _away(stage: Stage, who: str, days: str, cover: str | None) -> None:
    first, _, last = days.partition(" to ")
    on = read_day(first, stage.today)
    until = read_day(last, on) if last else on
    cover_id = stage.person(cover).id if cover else None
    await add(stage.world.ctx, stage.person(who).id, on, until, cover_id, "command line")
    await stage.world.settle()


@deed("PERSON", "is away DAYS, and PERSON is asked to stand in")
async def is_away_and_asks(stage: Stage, who: str, days: str, person: str) -> None:
    await _away(stage, who, days, person)


@deed("PERSON", "is away DAYS")
async def is_away(stage: Stage, who: str, days: str) -> None:
    await _away(stage, who, days, None)


@deed("PERSON", "closes the notice, because REASON")
async def closes(stage: Stage, who: str, reason: str) -> None:
    await close(stage.world.ctx, stage.references[-1], reason, stage.person(who).id)
    await stage.world.settle()


@deed("PERSON", "starts a drill at SCHOOL")
async def starts_a_drill(stage: Stage, who: str, school: str) -> None:
    await ask_for(stage.world.ctx, stage.school(school).code, None)
    await stage.world.stagehand.tick()


@deed("PERSON", "says that task NUMBER is about SCHOOL")
async def decides(stage: Stage, who: str, number: str, school: str) -> None:
    await stage.phone(who).says(f"/triage {number} {stage.school(school).code}")


# --- the machines --------------------------------------------------------------------------------


@deed("the service", "stops")
async def stops(stage: Stage) -> None:
    await stage.world.stop()


@deed("the service", "starts again")
async def starts(stage: Stage) -> None:
    await stage.world.start()
    await stage.world.stagehand.tick()


@deed("Telegram", "goes down")
async def goes_down(stage: Stage) -> None:
    stage.fault = stage.world.sandbox.faults.down()


@deed("Telegram", "is back")
async def is_back(stage: Stage) -> None:
    assert stage.fault is not None, "Telegram was not down"
    stage.fault.lift()
    await stage.world.settle()

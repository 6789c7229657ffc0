"""escalation.toml: the ladders as they ship, and every way in which one could end in silence."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert import Leg
from bot.domain.errors import NotReadableError, RefusedError
from bot.domain.escalation import EscalationStep
from bot.domain.people import Role
from bot.intake.escalation_toml import read_escalation
from bot.intake.spans import from_bell, span

LEAK = "Zyxwv"
SHIPPED = (Path(__file__).parents[2] / "config" / "escalation.toml").read_text()
ROLES = (
    "dsp, deputy_dsp, head_teacher, school_nurse, nurse_lead, education_safeguarding, mash_desk, "
    "coordinator"
)


def faults(text: str) -> list[str]:
    with pytest.raises(RefusedError) as refused:
        read_escalation(text.encode())
    assert LEAK not in str(refused.value)
    return [str(fault) for fault in refused.value.faults]


def changed(old: str, new: str) -> str:
    assert old in SHIPPED
    return SHIPPED.replace(old, new, 1)


def test_the_shipped_ladders_are_the_contracts() -> None:
    ladders = read_escalation(SHIPPED.encode())
    school, nurse, triage = ladders[Leg.SCHOOL], ladders[Leg.NURSE], ladders[Leg.TRIAGE]
    assert set(ladders) == set(Leg)
    assert school.settled_by == (Role.DSP, Role.DEPUTY_DSP)
    assert school.steps == (
        EscalationStep((Role.DSP,)),
        EscalationStep((Role.DEPUTY_DSP,), timedelta(minutes=10), timedelta(minutes=-60)),
        EscalationStep((Role.EDUCATION_SAFEGUARDING,), None, timedelta(0)),
    )
    assert (school.end_tell, school.end_every) == ((Role.COORDINATOR,), timedelta(minutes=30))
    assert nurse.steps[1] == EscalationStep((Role.NURSE_LEAD,), None, timedelta(hours=4))
    assert nurse.end_every == timedelta(hours=4)
    assert triage.settled_by == (Role.MASH_DESK,)
    assert triage.steps[1] == EscalationStep((Role.COORDINATOR,), timedelta(minutes=10))
    assert {ladder.version for ladder in ladders.values()} == {"2026-11-22"}
    assert all(ladder.enabled for ladder in ladders.values())


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("45s", 45), ("10m", 600), ("2h", 7200), ("1h30m", 5400), ("1h1m1s", 3661), ("0m", 0)],
)
def test_a_span_is_hours_minutes_and_seconds(written: str, seconds: int) -> None:
    assert span(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "seconds"), [("bell", 0), ("bell-60m", -3600), ("bell+4h", 14400)]
)
def test_a_time_may_be_reckoned_from_the_bell(written: str, seconds: int) -> None:
    assert from_bell(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "10", "m", "10 m", "-5m", "1.5h", "30m1h", "9" * 9 + "h"])
def test_nothing_else_is_a_span(written: str) -> None:
    assert span(written) is None
    assert from_bell(f"bell+{written}") is None
    assert from_bell(written) is None


def test_school_and_nurse_may_be_switched_off_and_then_need_no_ladder() -> None:
    start, end = SHIPPED.index("[policies.nurse]"), SHIPPED.index("[policies.triage]")
    off = SHIPPED[:start] + "[policies.nurse]\nenabled = false\n\n" + SHIPPED[end:]
    nurse = read_escalation(off.encode())[Leg.NURSE]
    assert not nurse.enabled
    assert nurse.steps == ()
    off = changed("[policies.school]", "[policies.school]\nenabled = false")
    assert len(read_escalation(off.encode())[Leg.SCHOOL].steps) == 3


def test_a_version_may_be_a_date() -> None:
    ladders = read_escalation(changed('version = "2026-11-22"', "version = 2026-11-23").encode())
    assert ladders[Leg.SCHOOL].version == "2026-11-23"


SPAN = "must be a time such as 10m, 45s, 2h or 1h30m"
EMPTY = "must be a list of at least one role"
TEXT = "must be given, as a text that is not empty"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('version = "2026-11-22"', "", f"version: {TEXT}"),
        ('author = "Education Safeguarding Team"', 'author = " "', f"author: {TEXT}"),
        ('author = "', 'owner = "x"\nauthor = "',
         "owner: must be one of version, author, policies, patterns, changes"),
        ('after = "10m"', 'after = "10 minutes"', f"policies.school.steps[1].after: {SPAN}"),
        ('after = "10m"', "after = 10", f"policies.school.steps[1].after: {SPAN}"),
        ('after = "10m"', f'after = "{LEAK}"', f"policies.school.steps[1].after: {SPAN}"),
        ('not_before = "bell"', 'not_before = "08:40"',
         "policies.school.steps[2].not_before: must be bell, bell-60m or bell+4h"),
        ('after = "10m"', 'wait = "10m"',
         "policies.school.steps[1].wait: must be one of tell, after, not_before"),
        ('tell = ["dsp"]', f'tell = ["{LEAK}"]',
         f"policies.school.steps[0].tell[0]: must be one of the roles {ROLES}"),
        ('tell = ["dsp"]', "tell = []", f"policies.school.steps[0].tell: {EMPTY}"),
        ('tell = ["dsp"]', 'tell = "dsp"', f"policies.school.steps[0].tell: {EMPTY}"),
        ('settled_by = ["dsp", "deputy_dsp"]', "settled_by = []",
         f"policies.school.settled_by: {EMPTY}"),
        ('settled_by = ["dsp", "deputy_dsp"]', "", f"policies.school.settled_by: {EMPTY}"),
        ('settled_by = ["dsp", "deputy_dsp"]', 'settled_by = ["head_teacher"]',
         "policies.school.settled_by: must name a role that a step tells, or it reaches nobody "
         "who could settle it"),
        ("[policies.school]", '[policies.school]\nloud = "x"',
         "policies.school.loud: must be one of enabled, settled_by, steps, at_the_end, in_day, "
         "quiet, holiday"),
        ("[policies.school]", '[policies.school]\nenabled = "no"',
         "policies.school.enabled: must be true or false"),
        ("[policies.triage]", "[policies.triage]\nenabled = false",
         "policies.triage.enabled: must not be false: only school and nurse may be off"),
        ('every = "30m"', 'every = "0m"',
         "policies.school.at_the_end.every: must be given and longer than nothing, such as 30m"),
        ('every = "30m"', "",
         "policies.school.at_the_end.every: must be given and longer than nothing, such as 30m"),
        ('every = "30m"', 'every = "30m"\nuntil = "x"',
         "policies.school.at_the_end.until: must be one of tell, every"),
    ],
)  # fmt: skip
def test_a_slip_in_a_ladder_is_told_by_its_key(old: str, new: str, fault: str) -> None:
    assert faults(changed(old, new)) == [fault]


def test_a_missing_leg_and_an_unknown_one_are_refused() -> None:
    found = faults(SHIPPED.replace("policies.nurse", "policies.nurses"))
    assert "policies.nurse: must be a table, and is missing or something else" in found
    assert "policies.nurses: must be one of the legs school, nurse, triage, question" in found


def test_a_ladder_without_steps_or_end_is_refused() -> None:
    text = SHIPPED.replace("[[policies.triage.steps]]", "[[policies.triage.rungs]]")
    assert "policies.triage.steps: must hold at least one step" in faults(text)
    text = SHIPPED.replace("[policies.triage.at_the_end]", "[policies.triage.end]")
    says = "policies.triage.at_the_end: must be a table, and is missing or something else"
    assert says in faults(text)
    text = SHIPPED.replace("[[policies.triage.steps]]", "[policies.triage.steps]", 1)
    with pytest.raises(NotReadableError):
        read_escalation(text.encode())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'version = "a"\nauthor = Zyxwv', "escalation.toml line 2: must be TOML"),
        (b'a = 1\na = "Zyxwv"\nb = 1', "escalation.toml line 2: must be TOML"),
        (b'a = "Zyxwv', "escalation.toml, at its end: must be TOML"),
        (b"a = 1\nb = '\xff'", "escalation.toml line 2: must be text in UTF-8"),
        (b"a = " + b"[" * 5000, "escalation.toml, at its end: must be TOML"),
    ],
)
def test_what_is_no_toml_is_told_by_file_and_line(body: bytes, says: str) -> None:
    with pytest.raises(NotReadableError) as refused:
        read_escalation(body)
    assert str(refused.value).startswith(says)
    assert LEAK not in str(refused.value)


pieces = st.sampled_from(SHIPPED.splitlines()) | st.text(max_size=20) | st.sampled_from(
    ['tell = ["dsp", 1]', "steps = 3", "policies = []", "[policies]", "every = 1979-05-27"]
)  # fmt: skip


a_file = st.lists(pieces, max_size=30).map(lambda p: "\n".join(p).encode("utf-8", "replace"))


@given(st.binary() | a_file)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(RefusedError):
        read_escalation(body)

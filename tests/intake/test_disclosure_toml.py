"""disclosure.toml: the matrix as it ships, and what is refused in one."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.disclosure import Field
from bot.domain.errors import RefusedError
from bot.domain.people import Role
from bot.intake.disclosure_toml import read_disclosure

LEAK = "Zyxwv"
SHIPPED = (Path(__file__).parents[2] / "config" / "disclosure.toml").read_text()
HEAD = 'version = "1"\nauthor = "Team"\n'

OF_ALL = {
    Field.NAME, Field.DATE_OF_BIRTH, Field.SCHOOL, Field.YEAR_GROUP, Field.OCCURRED_AT,
    Field.SENT_AT, Field.SOURCE_REFERENCE, Field.PRESENT, Field.SEEN, Field.SPOKEN_TO,
    Field.SPOKEN_TO_ALONE, Field.RISK, Field.LANGUAGE, Field.INTERPRETER, Field.DISABILITY,
}  # fmt: skip
OF_SCHOOL = {Field.CIRCUMSTANCES, Field.VOICE, Field.POLICE_ACTION, Field.LOOKED_AFTER}
OF_NURSE = {Field.HEALTH, Field.NHS_NUMBER}
OF_MASH = {Field.LOCATION, Field.INVOLVED_ADULTS, Field.ETHNICITY}


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.DSP, OF_ALL | OF_SCHOOL),
        (Role.DEPUTY_DSP, OF_ALL | OF_SCHOOL),
        (Role.SCHOOL_NURSE, OF_ALL | OF_NURSE),
        (Role.NURSE_LEAD, OF_ALL | OF_NURSE),
        (Role.MASH_DESK, set(Field)),
        (Role.HEAD_TEACHER, set()),
        (Role.EDUCATION_SAFEGUARDING, set()),
        (Role.COORDINATOR, set()),
    ],
)
def test_the_shipped_matrix_is_the_contracts(role: Role, shown: set[Field]) -> None:
    assert read_disclosure(SHIPPED.encode()).fields_for(role, None) == shown
    assert set(Field) == OF_ALL | OF_SCHOOL | OF_NURSE | OF_MASH


def test_every_field_that_is_shown_has_its_purpose_author_and_date() -> None:
    matrix = read_disclosure(SHIPPED.encode())
    assert set(matrix.purposes) == set(Field)
    assert matrix.undated() == []
    for purpose in matrix.purposes.values():
        for sentence in (purpose.sentence, purpose.sentence_cy):
            assert sentence.endswith(".")
            assert ". " not in sentence, "one sentence"
        assert purpose.sentence != purpose.sentence_cy
        assert purpose.author == "Education Safeguarding Team"
        assert purpose.decided_on == date(2026, 11, 22)


def test_a_purpose_in_one_language_alone_is_read_in_the_other_too() -> None:
    text = HEAD + '[fields.risk]\npurpose = "P."\n[fields.seen]\npurpose = "S."\npurpose_cy = "G."'
    purposes = read_disclosure(text.encode()).purposes
    assert [purposes[Field.RISK].in_language(code) for code in ("en", "cy")] == ["P.", "P."]
    assert [purposes[Field.SEEN].in_language(code) for code in ("en", "cy")] == ["S.", "G."]


def test_a_field_that_is_shown_without_a_date_loads_and_is_known_to_be_undated() -> None:
    text = HEAD + '[fields.risk]\npurpose = "P."\ndsp = "show"\n[fields.seen]\npurpose = "S."'
    assert read_disclosure(text.encode()).undated() == [Field.RISK]


def test_what_is_not_named_is_hidden() -> None:
    matrix = read_disclosure((HEAD + '[fields.risk]\npurpose = "P."\ndsp = "show"').encode())
    assert matrix.version == "1"
    assert matrix.fields_for(Role.DSP, None) == {Field.RISK}
    assert all(not matrix.fields_for(role, None) for role in Role if role is not Role.DSP)


def test_a_purpose_without_an_author_is_the_files_authors() -> None:
    text = HEAD + '[fields.risk]\npurpose = "P."'
    assert read_disclosure(text.encode()).purposes[Field.RISK].author == "Team"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('author = "T"\n[fields]', "version: must be given, as a text that is not empty"),
        ('version = "1"\n[fields]', "author: must be given, as a text that is not empty"),
        (HEAD, "fields: must be a table, and is missing or something else"),
        (HEAD + "fields = 1", "fields: must be a table, and is missing or something else"),
        (HEAD + "[fields.risk]",
         "fields.risk.purpose: must be given, as a text that is not empty"),
        (HEAD + '[fields.risk]\npurpose = "P."\ndsp = "Zyxwv"',
         'fields.risk.dsp: must be "show" or "hide"'),
        (HEAD + '[fields.risk]\npurpose = "P."\ndsp = true',
         'fields.risk.dsp: must be "show" or "hide"'),
        (HEAD + '[fields.risk]\npurpose = "P."\ndate = "2026-11-22"',
         "fields.risk.date: must be a date without quotation marks, such as 2026-11-22"),
        (HEAD + '[fields.risk]\npurpose = "P."\ndate = 2026-11-22T10:00:00Z',
         "fields.risk.date: must be a date without quotation marks, such as 2026-11-22"),
        (HEAD + '[fields.risk]\npurpose = "P."\ndps = "show"',
         "fields.risk.dps: must be one of purpose, purpose_cy, author, date, or one of the roles "
         "dsp, deputy_dsp, head_teacher, school_nurse, nurse_lead, education_safeguarding, "
         "mash_desk, coordinator"),
        (HEAD + '[fields.risk]\npurpose = " "\ndsp = "show"',
         "fields.risk.purpose: must be given, as a text that is not empty"),
        (HEAD + '[fields.risk]\npurpose = "P."\npurpose_cy = ""',
         "fields.risk.purpose_cy: must be given, as a text that is not empty"),
        (HEAD + '[fields.risk]\npurpose = "P."\nauthor = ""\ndsp = "show"',
         "fields.risk.author: must be given, as a text that is not empty"),
        (HEAD + "[fields]\n[roles]", "roles: must be one of version, author, fields"),
    ],
)  # fmt: skip
def test_a_slip_in_the_matrix_is_told_by_its_key(text: str, fault: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_disclosure(text.encode())
    assert [str(found) for found in refused.value.faults] == [fault]
    assert LEAK not in str(refused.value)


def test_an_unknown_field_is_refused_with_the_fields_there_are() -> None:
    with pytest.raises(RefusedError) as refused:
        read_disclosure((HEAD + '[fields.riks]\npurpose = "P."').encode())
    assert str(refused.value).startswith("fields.riks: must be one of the fields name, date_of_")


pieces = st.sampled_from([*SHIPPED.splitlines(), "fields = 3", "[fields]", "risk = 1"])


@given(st.binary() | st.lists(pieces, max_size=20).map(lambda lines: "\n".join(lines).encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(RefusedError):
        read_disclosure(body)

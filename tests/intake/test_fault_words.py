"""What is wrong in a directory's file, or why an import cannot be taken back, is said in the
reader's language: no sentence of who reads them stays English."""

import ast
import re
from collections.abc import Iterator

import pytest

from bot.domain.errors import Fault, RefusedError
from bot.domain.people import Role
from bot.domain.school import Phase
from bot.intake.directory_csv import read_directory_file
from bot.rendering.catalogue import words
from bot.rendering.fault_words import fault_in_words
from tests.meta.tree import ROOT

_READERS = (
    "intake/directory_table", "intake/directory_csv", "intake/people_csv", "intake/schools_csv",
    "intake/published", "intake/xlsx_scan", "intake/xlsx_parts", "flow/taking_back",
)  # fmt: skip
_SENTENCE = re.compile(r"(must (be|have|name|stand|not|hold)|has|the quotation marks) ")


def _sentences() -> Iterator[str]:
    """Each that a reader of these files is made of: `must …`, a word in the place of its gaps."""
    for reader in _READERS:
        for node in ast.walk(ast.parse((ROOT / "bot" / f"{reader}.py").read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "7" for p in node.values)
                said = "".join(str(part) for part in parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said = node.value
            else:
                continue
            if _SENTENCE.match(said) and said[-1] not in " (":
                yield said.replace("and 7 7 has", "and line 7 has")


def _read_in_welsh(says: str) -> str:
    return fault_in_words(words("cy"), Fault("", says))


@pytest.mark.parametrize("said", sorted(set(_sentences())))
def test_every_sentence_of_the_readers_is_said_in_welsh(said: str) -> None:
    assert _read_in_welsh(said) != said
    assert fault_in_words(words("en"), Fault("", said)) == said


@pytest.mark.parametrize(
    ("line", "welsh"),
    [
        ("a,,dsp,9992001", "people.csv llinell 2, name: ni chaiff fod yn wag"),
        ("a,A,king,9992001", f"rhaid iddo fod yn un o {', '.join(Role)}"),
        ("a,A,dsp,x", "rhaid iddo fod yn godau ysgol o 7 digid wedi'u gwahanu â |"),
        ("a,A,dsp,9992001\na,B,dsp,9992001", "llinell 3, id: rhaid iddo fod yn unigryw, ac"),
    ],
)
def test_a_fault_is_said_where_it_stands_and_in_welsh(line: str, welsh: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_directory_file("people.csv", f"id,name,role,schools\n{line}\n".encode())
    said = [fault_in_words(words("cy"), fault) for fault in refused.value.faults]
    assert any(welsh in one for one in said), said


def test_of_two_sentences_that_begin_alike_the_whole_one_is_said() -> None:
    of_phase = _read_in_welsh(f"must be one of {', '.join(Phase)}, or empty")
    assert of_phase.endswith("neu'n wag")


def test_what_is_not_known_stays_as_it_is() -> None:
    assert fault_in_words(words("cy"), Fault("x.xlsx", "is odd")) == "x.xlsx: is odd"


@pytest.mark.parametrize(
    ("name", "data", "welsh"),
    [
        ("people.xlsx", b"no workbook", "people.xlsx: rhaid iddo fod yn llyfr gwaith Excel"),
        ("people.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "heb gyfrinair"),
        ("people.csv", b'id,name\n"a,b\n', "people.csv llinell 2: rhaid i ddyfynodau'r rhes hon"),
        ("people.csv", b"id,name\na,\xff\n", "people.csv llinell 2: rhaid iddo fod yn destun"),
    ],
)
def test_a_damaged_file_is_said_in_welsh(name: str, data: bytes, welsh: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_directory_file(name, data)
    assert welsh in fault_in_words(words("cy"), refused.value.faults[0])

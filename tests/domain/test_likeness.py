"""Whether a person named in a notice may be one of the staff: towards yes, but never by the family
name alone."""

import pytest

from bot.domain.likeness import folded_name, may_be

MAY_BE = {
    "accents and case": ("SIAN", "EVANS", "Siân Evans"),
    "order and comma": ("Sian", "Evans", "Evans, Siân"),
    "the columns swapped": ("Evans", "Siân", "Siân Evans"),
    "all in one column": ("Siân Evans", "", "Sian Evans"),
    "all in the other column": ("", "Siân Evans", "Sian Evans"),
    "all in one column, family name first": ("", "EVANS S", "Siân Evans"),
    "no given name, of one who has two": ("", "Evans", "Mair Evans (Jones)"),
    "Mac apart": ("Ewan", "Mac Donald", "Ewan MacDonald"),
    "an initial": ("S", "Evans", "Siân Evans"),
    "initials": ("S.E.", "Evans", "Siân Elin Evans"),
    "the staff's initial, and a title": ("Siân", "Evans", "Mrs S. Evans"),
    "a short form": ("Cath", "Price", "Catherine Price"),
    "a beginning": ("Gruff", "ap Rhys", "Gruffydd ap Rhys"),
    "without ap": ("Gruffydd", "Rhys", "Gruffydd ap Rhys"),
    "ap with a capital": ("Rhys", "ap Huw", "Rhys Ap Huw"),
    "an apostrophe apart": ("Mary", "O Connor", "Mary O'Connor"),
    "another apostrophe": ("Mary", "O’Connor", "Mary OConnor"),
    "many accents": ("Thi", "Nguyễn", "Thi Nguyen"),
    "a letter of its own": ("Lan", "Đặng", "Dang Lan"),
    "half of a double name": ("Anne", "Davies", "Anne-Marie Davies-Rees"),
    "the other half": ("Anne Marie", "Rees", "Anne-Marie Davies-Rees"),
    "a double name written as one": ("Mary Ann", "Price", "Maryann Price"),
    "a name in brackets": ("Mair", "Jones", "Mair Evans (Jones)"),
    "born": ("Mair", "Jones", "Mair Evans (née Jones)"),
    "born, as the sender has it": ("Mair", "Jones (née Evans)", "Mair Evans"),
    "goes by the middle name": ("Siân Mair", "Evans", "Mair Evans"),
    "is known by the middle name": ("Mair", "Evans", "Siân Mair Evans"),
    "a middle name more": ("Siân", "Evans", "Siân Elin Evans"),
    "Welsh and English": ("David", "Thomas", "Dafydd Thomas"),
    "both spelt otherwise, as names are": ("Stephen", "Davis", "Steven Davies"),
    "a family name spelt otherwise": ("Llinos", "Harris", "Llinos Harries"),
    "a slip in the given name": ("Catrn", "Price", "Catrin Price"),
    "no given name at all": ("", "Evans", "Siân Evans"),
    "a member of staff by family name alone": ("Siân", "Evans", "Evans"),
}
IS_NOT = {
    "another given name": ("Gareth", "Evans", "Siân Evans"),
    "another given name, in one column": ("", "Gareth Evans", "Siân Evans"),
    "another initial": ("G", "Evans", "Siân Evans"),
    "another given name, one letter off": ("Siôn", "Evans", "Siân Evans"),
    "short names, one letter off": ("Nia", "Jones", "Mia Jones"),
    "another family name": ("Siân", "Price", "Siân Evans"),
    "the given name alone": ("Siân", "", "Siân Evans"),
    "a member of staff by given name alone": ("Mair", "Evans", "Mair"),
    "what stands before the name alone": ("Mair", "ap Huw", "Mair ap Rhys"),
    "what stands before a name abroad": ("Gareth", "de Souza", "Gareth de Vries"),
    "a middle initial": ("John M", "Evans", "Mair Evans"),
    "a middle initial of the staff's": ("Siân", "Evans", "Mair S Evans"),
    "a middle name that both have": ("Carys Mair", "Evans", "Gwen Mair Evans"),
    "the given name is the other's family name": ("Evan", "Jones", "Mair Evans"),
    "both names a little otherwise": ("Carol", "Evens", "Carole Bevan"),
    "nothing written": ("", "", "Siân Evans"),
    "nothing but marks": ("-", "?", "Siân Evans"),
    "a nameless member of staff": ("Siân", "Evans", ""),
}


@pytest.mark.parametrize("names", MAY_BE.values(), ids=MAY_BE.keys())
def test_who_may_be_meant(names: tuple[str, str, str]) -> None:
    assert may_be(*names)


@pytest.mark.parametrize("names", IS_NOT.values(), ids=IS_NOT.keys())
def test_who_is_somebody_else(names: tuple[str, str, str]) -> None:
    assert not may_be(*names)


def test_spellings_of_one_name_are_one_name() -> None:
    assert folded_name("Siân", "O'Connor") == folded_name("", "o connor, SIAN")
    assert folded_name("Siân", "Evans") != folded_name("Siân", "Bevan")


def test_a_text_without_end_is_compared_in_no_time() -> None:
    assert not may_be("x y " * 50_000, "z" * 100_000, "Siân Evans")

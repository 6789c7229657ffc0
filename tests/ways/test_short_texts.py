"""What goes by SMS fits, in both languages, whatever the day."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.message import CARDS, Kind
from bot.domain.sms import parts
from bot.rendering import second
from bot.rendering.catalogue import words

PHONE = "029 2018 0999"
DAYS = [datetime(2026, 1, 1, 8, 50, tzinfo=UTC) + timedelta(days=day) for day in range(365)]


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("kind", sorted(CARDS))
@pytest.mark.parametrize("overdue", [False, True])
def test_a_card_takes_one_part_in_the_letters_of_gsm(
    language: str, kind: Kind, overdue: bool
) -> None:
    say = words(language)
    for at in DAYS:
        about = second.About("ENC-7F3K9QXM", at, overdue)
        assert parts(second.card_text(say, kind, about, PHONE)) == 1
        assert parts(second.card_text(say, kind, about, "")) == 1


@pytest.mark.parametrize("language", ["en", "cy"])
def test_what_is_too_long_is_cut_down_to_its_references(language: str) -> None:
    say, long = words(language), "Ysgol Tŷ Gwyn " * 20
    references = [f"ENC-7F3K9QX{n}" for n in range(10)]
    text = second.short(say, long, references, PHONE)
    assert parts(text) == 1
    assert references[2] in text
    assert references[3] not in text
    assert "Gwyn" not in text
    assert parts(second.short(say, long, [], PHONE)) == 1
    assert second.short(say, "a word", references, PHONE) == "a word"


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_coordinators_are_told_in_two_parts_at_most(language: str) -> None:
    say = words(language)
    for sentence in ("alarm.telegram_down", "alarm.telegram_back"):
        assert parts(say.say(sentence, at="08:50")) <= 2

"""The document is made of the lines, and of nothing else."""

from dataclasses import replace

from tests.rigs.evidence import DOCUMENT, Line, document, recorded


def a_line(seed: int, **broken: int) -> Line:
    numbers = {"kills": 50, "accepted": 1200}
    return Line(
        "kill", "sqlite", seed, numbers, broken or {"lost": 0}, "2026-11-23", "abc", "2 cores"
    )


def test_what_stands_in_the_document_is_what_was_recorded() -> None:
    assert DOCUMENT.read_text() == document(recorded())
    assert all(line.held for line in recorded()), "what broke a promise is mended, and run again"


def test_runs_add_up_and_what_must_be_none_is_in_bold() -> None:
    said = document([a_line(1), a_line(2, lost=3)])
    assert "Run 2 times: kills 100, accepted 2,400, **lost 3**." in said
    assert "| 2026-11-23 | abc | 2 cores | 2 | kills 50, accepted 1,200 | lost 3 |" in said
    assert not a_line(2, lost=3).held
    assert a_line(1).held


def test_of_what_took_longest_the_longest_of_all_runs_stands_and_no_sum() -> None:
    runs = [replace(a_line(seed), numbers={"longest wait in ms": seed}) for seed in (1, 7, 2)]
    assert "Run 3 times: longest wait in ms 7, **lost 0**." in document(runs)

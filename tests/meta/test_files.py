"""What may stand in a file of this project, and how long it may be."""

import re
import tomllib

from tests.meta.tree import ROOT, files, named, texts

# Written in two halves, so that this file does not find itself.
_REGISTRIES = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.", "npm" + r"js\.(com|org)", "--(extra-)?"
              "index-" + "url", r"deb\.deb" + "ian", r"registry\.npm"))
)  # fmt: skip
_MACHINE = re.compile(
    r"(?<![\w.])/(?:" + "|".join(("ro" + "ot", "wo" + "rk", "ho" + "me", "Us" + "ers")) + ")/"
)
_ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_TELEPHONE = re.compile(r"(?<![\d.])(?:\+44|0)\d[\d ]{8,11}(?!\d)")
_FICTION = re.compile(
    r"(?:\+44|0)(?:7700900\d{3}|1632960\d{3}|2920180\d{3}|1144960\d{3}|8081570\d{3})"
)
_LONGEST = 350
_LONG = {"bot/store/tables.py", "bot/store/migrations/versions/0001_first.py", "tests/world.py"}
"""One table after another: cutting them up would help nobody. And the harness."""


def test_no_file_names_a_package_registry() -> None:
    found = [
        f"{named(path)}: {line.strip()[:80]}"
        for path, text in texts()
        for line in text.splitlines()
        if _REGISTRIES.search(line) and "--no-emit" not in line
    ]
    assert found == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    found = [f"{named(path)}: {m[0]}" for path, text in texts() for m in _MACHINE.finditer(text)]
    assert found == []


def test_every_address_is_of_a_domain_that_cannot_exist() -> None:
    nowhere = (".example", ".invalid", "127.0.0.1")
    real = {
        f"{named(path)}: {match[0]}"
        for path, text in texts()
        for match in _ADDRESS.finditer(text)
        if not match[1].endswith(nowhere)
    }
    assert real == set()


def test_every_telephone_number_is_reserved_for_fiction() -> None:
    real = {
        f"{named(path)}: {match[0]}"
        for path, text in texts()
        for match in _TELEPHONE.finditer(text)
        if path.suffix in {".csv", ".md", ".json", ".toml"}
        and not _FICTION.fullmatch(match[0].replace(" ", ""))
    }
    assert real == set()


def test_files_are_short_enough_to_be_read() -> None:
    long = {
        named(path): text.count("\n")
        for path, text in texts()
        if path.suffix == ".py" and named(path) not in _LONG and text.count("\n") > _LONGEST
    }
    assert long == {}


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text().lower()
    names = [re.split(r"[\[<>=]", dependency)[0] for dependency in project["dependencies"]]
    assert [name for name in names if name not in reasons] == []


def test_every_pin_carries_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        pins = re.split(r"\n(?=\S)", lock.read_text().strip())
        assert pins
        assert [pin for pin in pins if "==" in pin and "--hash=sha256:" not in pin] == []


def test_every_decision_is_numbered_once() -> None:
    numbers = [
        path.name[:4] for path in files() if path.parent.name == "adr" and path.name != "README.md"
    ]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]

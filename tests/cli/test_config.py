"""`config`: versions, drafts and restores, as the command line has them."""

from pathlib import Path

from tests.cli.desk import Desk
from tests.cli.test_status_and_close import raised


def ladder(desk: Desk) -> str:
    return (desk.folder / "config" / "escalation.toml").read_text()


def draft_of(desk: Desk, before: str, after: str, reason: str = "asked for") -> str:
    """A draft of the ladder with one text for another; its number."""
    body = ladder(desk)
    assert before in body
    path = desk.write("new.toml", body.replace(before, after))
    said = desk.run("config", "draft", "escalation", path, "--reason", reason)
    assert said.code == 0, said.err
    return said.out.split()[1].rstrip(".")


def test_a_change_is_drafted_tried_put_in_force_and_told_in_words(staffed: Desk) -> None:
    number = draft_of(staffed, 'after = "10m"', 'after = "15m"', "deputies have classes")
    tried = staffed.run("config", "try", number)
    words = (
        "  School ladder: step 2: deputy designated safeguarding person now after 15 min, "
        "not before 1 h ahead of the bell (was after 10 min, not before 1 h ahead of the bell)."
    )
    assert tried.code == 0
    assert tried.lines[:2] == ["It changes:", words]
    assert tried.lines[-1] == "20 of 20 scenarios hold."
    assert staffed.run("config", "put", number, "--by", "p058").code == 0
    newest = staffed.run("config", "versions", "escalation").lines
    assert newest[0].endswith("command line, agreed by p058: deputies have classes")
    assert newest[1] == words
    assert staffed.run("config", "put", number).sentence == f"Draft {number} is no longer open."


def test_who_is_no_coordinator_puts_nothing_in_force(staffed: Desk) -> None:
    number = draft_of(staffed, 'after = "10m"', 'after = "15m"')
    for nobody in ("p001", "p999"):
        said = staffed.run("config", "put", number, "--by", nobody)
        assert said.sentence == "No coordinator of the directory has this id."


def test_a_ladder_that_leaves_a_school_with_nobody_is_refused_and_says_which(
    staffed: Desk,
) -> None:
    number = draft_of(staffed, "[policies.school]", "[policies.school]\nenabled = false")
    assert "is switched off" in staffed.run("config", "try", number).out
    assert staffed.run("config", "put", number).code == 0, "a leg may be off: the other one stands"
    body = ladder(staffed).replace("[policies.school]", "[policies.school]\nenabled = false")
    body = body.replace("[policies.nurse]", "[policies.nurse]\nenabled = false")
    path = staffed.write("none.toml", body)
    drafted = staffed.run("config", "draft", "escalation", path, "--reason", "a slip")
    number = drafted.out.split()[1].rstrip(".")
    assert staffed.run("config", "try", number).code == 1
    said = staffed.run("config", "put", number)
    assert said.code == 1
    assert "Ysgol Gynradd Pen-y-Waun (9992001)" in said.sentence
    assert staffed.run("config", "drafts").lines[0].startswith(f"{number}  escalation")


def test_of_two_who_change_the_same_the_second_sees_both_and_decides(staffed: Desk) -> None:
    first = draft_of(staffed, 'after = "10m"', 'after = "15m"')
    second = draft_of(staffed, 'every = "4h"', 'every = "2h"')
    assert staffed.run("config", "put", first).code == 0
    assert staffed.run("config", "try", second).code == 1
    said = staffed.run("config", "put", second).sentence
    assert "now after 15 min" in said, "what came in force meanwhile"
    assert "tells every 2 h (was 4 h)" in said, "and what the draft changes"
    newest = said.split("--over ")[1].rstrip(".")
    assert staffed.run("config", "put", second, "--over", newest).code == 0


def test_where_two_people_are_asked_for_nobody_puts_their_own_draft_in_force(
    staffed: Desk,
) -> None:
    asked = draft_of(staffed, "[patterns]", "[changes]\ntwo_people = true\n\n[patterns]")
    assert staffed.run("config", "put", asked).code == 0
    number = draft_of(staffed, 'after = "10m"', 'after = "15m"')
    said = staffed.run("config", "put", number)
    assert said.sentence.startswith("A second person has to put this in force")
    assert staffed.run("config", "put", number, "--by", "p058").code == 0


def test_any_version_is_compared_shown_and_restored(staffed: Desk) -> None:
    number = draft_of(staffed, 'after = "10m"', 'after = "15m"')
    assert staffed.run("config", "put", number).code == 0
    new, old = (v["id"] for v in staffed.run("config", "versions", "escalation", "--json").json)
    assert "(was after 10 min" in staffed.run("config", "diff", str(old), str(new)).out
    assert 'after = "10m"' in staffed.run("config", "show", str(old)).out
    assert staffed.run("config", "restore", str(old), "--reason", "too late").code == 0
    [latest, *_] = staffed.run("config", "versions", "escalation", "--json").json
    assert (latest["restored_from"], latest["reason"]) == (old, "too late")
    again = staffed.run("config", "restore", str(old), "--reason", "too late")
    assert again.sentence == f"What version {old} says is in force already."


def test_what_is_exported_is_in_force_already_and_a_start_takes_nothing(staffed: Desk) -> None:
    number = draft_of(staffed, 'after = "10m"', 'after = "15m"')
    assert staffed.run("config", "put", number).code == 0
    assert staffed.run("config", "export", "config").code == 0
    assert 'after = "15m"' in ladder(staffed)
    assert "In force" not in staffed.run("migrate").out
    assert staffed.run("config", "drafts").out == "There is no draft.\n"


def test_a_file_changed_beside_another_change_is_a_draft_and_nothing_is_lost(
    staffed: Desk,
) -> None:
    number = draft_of(staffed, 'after = "10m"', 'after = "15m"')
    assert staffed.run("config", "put", number).code == 0
    path: Path = staffed.folder / "config" / "escalation.toml"
    path.write_text(path.read_text().replace('every = "4h"', 'every = "2h"'))
    assert "In force" not in staffed.run("migrate").out
    [line] = staffed.run("config", "drafts").lines
    assert line.split("  ")[1::2] == ["escalation", "file"]
    tried = staffed.run("config", "try", line.split()[0])
    assert "Meanwhile version" in tried.out
    assert "now after 15 min" in tried.out
    assert "tells every 2 h (was 4 h)" in tried.out
    named = staffed.run("check", "--for", "2026-11-30").out
    assert "escalation.toml: is draft" in named
    assert "came in force beside it" in named


def test_the_directory_is_a_version_too_and_can_be_restored(staffed: Desk) -> None:
    assert staffed.run("leave", "p003").code == 0
    [left, before] = staffed.run("config", "versions", "directory", "--json").json
    assert left["changed"] == ["Has left: Aisha Beynon (p003)."]
    said = staffed.run("config", "restore", str(before["id"]), "--reason", "she is back")
    assert said.code == 0
    [latest, *_] = staffed.run("config", "versions", "directory", "--json").json
    assert latest["restored_from"] == before["id"]
    assert latest["changed"] == ["New: Aisha Beynon (p003), head teacher."]


def test_an_import_that_leaves_a_school_with_nobody_is_refused_whole(staffed: Desk) -> None:
    people = staffed.copy("people.csv")
    rows = people.read_text().splitlines(keepends=True)
    people.write_text("".join(row for row in rows if ",9992001," not in row))
    said = staffed.run("directory", "import", people)
    assert said.code == 1
    assert "School ladder: Ysgol Gynradd Pen-y-Waun (9992001) would have no" in said.sentence
    assert staffed.run("directory", "plan", staffed.copy("people.csv")).lines == [
        "Nothing to change."
    ]


WRONG = {
    "kind": (["draft", "weather", "new.toml", "--reason", "x"], "Nothing that can be drafted"),
    "version": (["show", "999"], "There is no version 999."),
    "draft": (["put", "999"], "There is no draft 999."),
    "reason": (["restore", "1", "--reason", " "], "Say why"),
    "apart": (["diff", "1", "2"], "Version 1 is of escalation, version 2 of disclosure."),
}


def test_what_cannot_be_done_is_one_sentence(staffed: Desk) -> None:
    staffed.write("new.toml", ladder(staffed))
    for arguments, says in WRONG.values():
        said = staffed.run("config", *arguments)
        assert said.code == 1
        assert said.sentence.startswith(says)


def test_term_dates_from_a_file_are_a_draft_and_the_rest_of_the_calendar_stays(
    staffed: Desk,
) -> None:
    path = staffed.write(
        "terms.ics",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20280904\r\n"
        "DTEND;VALUE=DATE:20281221\r\nSUMMARY:Autumn term\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    )
    said = staffed.run("config", "draft", "calendar:porth-awel", path, "--reason", "next year")
    assert said.code == 0, said.err
    tried = staffed.run("config", "try", said.out.split()[1].rstrip("."))
    assert tried.lines[1] == "  New term: 4 September 2028 to 20 December 2028."
    assert tried.lines[2] == "20 of 20 scenarios hold.", "nothing else of it is another"
    table = staffed.write("inset.csv", "what,first,last,name\ninset,2026-12-07,,\n")
    said = staffed.run("config", "draft", "calendar:porth-awel", table, "--reason", "training")
    tried = staffed.run("config", "try", said.out.split()[1].rstrip("."))
    assert tried.lines[1] == "  INSET day: 7 December 2026."
    wrong = staffed.write("wrong.csv", "what,first,last,name\nball,2026-12-07,,\nterm,,,\n")
    refused = staffed.run("config", "draft", "calendar:porth-awel", wrong, "--reason", "x")
    assert refused.code == 1
    assert refused.sentence.startswith("Line 2: it says neither term, holiday")
    assert "Line 3: a first and a last day are needed" in refused.sentence
    for kind in ("escalation", "calendar:../escalation"):
        refused = staffed.run("config", "draft", kind, table, "--reason", "x")
        assert "is drafted as calendar:NAME" in refused.sentence


def test_an_alert_under_way_takes_the_ladder_in_force_by_a_named_coordinator(
    staffed: Desk,
) -> None:
    reference = raised(staffed)
    given = ("--reason", "nobody was there", "--by")
    said = staffed.run("config", "apply-to", reference, *given, "p058")
    assert (
        said.sentence
        == f"{reference} has the ladder that is in force already, or it is switched off."
    )
    number = draft_of(staffed, 'after = "10m"', 'after = "15m"')
    assert staffed.run("config", "put", number).code == 0
    said = staffed.run("config", "apply-to", reference, *given, "p001")
    assert said.sentence == "No coordinator of the directory has this id."
    said = staffed.run("config", "apply-to", reference, *given, "p058")
    assert said.out == f"{reference}: 1 of its alerts took the ladder that is in force now.\n"
    assert "alert:policy_applied" in staffed.run("status", reference).out
    staffed.run("close", reference, "--reason", "by telephone")
    said = staffed.run("config", "apply-to", reference, *given, "p058")
    assert "what is settled keeps the ladder that it had" in said.sentence
    assert staffed.run("config", "apply-to", "ENC-NONE", *given, "p058").code == 1

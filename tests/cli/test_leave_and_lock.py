"""`leave` and `lock`: one line of what ended, and a second time changes nothing."""

from bot.flow.enrol import invite
from tests.cli.desk import Desk
from tests.cli.test_keys_and_invites import query, with_context

NOBODY = "Nobody in the directory has the id p001."
ACCOUNTS = "select count(*) from contact_methods where ended_at is null and person_id = 'p001'"


def test_leaving_says_in_one_line_what_ended_and_a_second_time_that_nobody_has_the_id(
    staffed: Desk,
) -> None:
    assert query(staffed, ACCOUNTS) == [(1,)]
    said = staffed.run("leave", "p001")
    assert (said.code, said.err) == (0, "")
    [line] = said.lines
    assert line.startswith("p001 has left. Ended: accounts 1, codes 0, ")
    assert query(staffed, ACCOUNTS) == [(0,)]
    again = staffed.run("leave", "p001")
    assert (again.code, again.sentence) == (1, NOBODY)
    assert staffed.run("lock", "p001").sentence == NOBODY


def test_a_leaver_whom_an_import_still_names_is_back_and_has_to_be_invited(staffed: Desk) -> None:
    staffed.run("leave", "p001")
    said = staffed.run("directory", "import", staffed.copy("people.csv"))
    assert said.lines[0].startswith("+ person p001 ")
    assert query(staffed, ACCOUNTS) == [(0,)]
    assert "An import of people.csv that still names them brings them back" in (
        staffed.run("leave", "--help").out
    )


def test_locking_ends_the_account_and_keeps_the_person(staffed: Desk) -> None:
    with_context(staffed, lambda ctx: invite(ctx, "p001"))
    said = staffed.run("lock", "p001")
    assert (said.code, said.err) == (0, "")
    [line] = said.lines
    assert line.startswith("p001 stays in the directory. Ended: accounts 1, codes 1, ")
    assert query(staffed, ACCOUNTS) == [(0,)]
    again = staffed.run("lock", "p001")
    assert again.code == 0
    assert "accounts 0, codes 0, waiting messages 0, open cards 0" in again.out
    assert with_context(staffed, lambda ctx: invite(ctx, "p001"))


def test_what_nobody_covers_any_more_is_in_the_line(staffed: Desk) -> None:
    schools = {
        (code, name): [
            person
            for (person,) in query(
                staffed,
                "select id from people where role in ('dsp', 'deputy_dsp') "
                f"and scope like '%{code}%'",
            )
        ]
        for code, name in query(staffed, "select code, name from schools")
    }
    (code, _), staff = min(schools.items(), key=lambda item: len(item[1]))
    outs = [staffed.run("leave", person).out for person in staff]
    assert all(f"{code} school leg" not in out for out in outs[:-1])
    assert f"{code} school leg" in outs[-1]


def test_whoever_nobody_has_heard_of_cannot_leave(desk: Desk) -> None:
    for command in ("leave", "lock"):
        said = desk.run(command, "nobody")
        assert (said.code, said.sentence) == (1, "Nobody in the directory has the id nobody.")

"""Turning a list by the number of a row, and who has which screen."""

import pytest

from bot.domain.people import Role
from bot.domain.screen import View, may_look, turned, view_named

TEN = list(range(10, 20))


@pytest.mark.parametrize(
    ("cursor", "back", "shown", "before", "behind"),
    [
        (None, False, [10, 11, 12, 13], False, True),
        (13, False, [14, 15, 16, 17], True, True),
        (17, False, [18, 19], True, False),
        (14, True, [10, 11, 12, 13], False, True),
        (12, True, [10, 11, 12, 13], False, True),  # fewer stand before it now than a page holds
        (18, True, [14, 15, 16, 17], True, True),
        (13.5, False, [14, 15, 16, 17], True, True),  # the row was settled since
        (19, False, [16, 17, 18, 19], True, False),  # all behind it were: the last page there is
        (99, False, [16, 17, 18, 19], True, False),
        (1, True, [10, 11, 12, 13], False, True),
    ],
)
def test_a_page_is_what_stands_behind_a_row_or_before_it(
    cursor: float | None, back: bool, shown: list[int], before: bool, behind: bool
) -> None:
    page = turned(TEN, cursor, back=back, size=4)
    assert TEN[page.first : page.end] == shown
    assert (page.before, page.behind) == (before, behind)


def test_an_empty_list_has_one_empty_page() -> None:
    page = turned([], 12, size=4)
    assert (page.first, page.end, page.before, page.behind) == (0, 0, False, False)


@pytest.mark.parametrize(
    ("role", "views"),
    [
        (Role.COORDINATOR, set(View)),
        (Role.MASH_DESK, {View.STATUS, View.LIST, View.LIST_BACK, View.DUTY, View.ME}),
        *((role, {View.ME}) for role in Role if role not in (Role.COORDINATOR, Role.MASH_DESK)),
    ],
)
def test_each_role_has_its_screens_and_no_other(role: Role, views: set[View]) -> None:
    assert {view for view in View if may_look(role, view)} == views


def test_what_is_no_screens_name_is_none() -> None:
    assert [view_named(name) for name in ("", "m", "o", "MS", "mss")] == [None] * 5

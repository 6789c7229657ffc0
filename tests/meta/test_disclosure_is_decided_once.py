"""Who sees which field is said in `config/disclosure.toml` and decided in `domain/disclosure`."""

import ast

from tests.meta.tree import modules, named

_MATRIX = "bot/domain/disclosure.py"
_READS_IT = "bot/intake/disclosure_toml.py"
_WORDS = {"bot/rendering/view.py", "bot/rendering/page.py"}
_ASKS_ABOUT = {"bot/domain/asking.py"}
"""Which question is about which field; who may see that field it asks of the view."""


def _names_of(module: str, tree: ast.Module) -> set[str]:
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def _members(tree: ast.Module, of: str) -> set[str]:
    """The members of this enumeration that a module names."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id == of
    }


def test_no_other_module_knows_both_fields_and_roles() -> None:
    both = {
        named(path)
        for path, tree in modules("bot")
        if "Field" in _names_of("bot.domain.disclosure", tree)
        and "Role" in _names_of("bot.domain.people", tree)
    }
    assert both == {_READS_IT}
    assert any(named(path) == _MATRIX for path, _ in modules("bot"))


def test_no_other_module_picks_a_field_by_its_name_but_to_word_its_value() -> None:
    picking = {
        named(path)
        for path, tree in modules("bot")
        if "Field" in _names_of("bot.domain.disclosure", tree) and _members(tree, "Field")
    }
    assert picking == _WORDS | _ASKS_ABOUT


def test_a_view_is_made_in_one_place_and_the_matrix_is_asked_in_one() -> None:
    calls = {
        (named(path), ast.unparse(node.func).split(".")[-1])
        for path, tree in modules("bot")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    asking = {call for call in calls if call[1] in ("role_view", "fields_for", "withheld_from")}
    assert asking == {
        ("bot/flow/view.py", "role_view"),
        (_MATRIX, "fields_for"),
        (_MATRIX, "withheld_from"),
    }

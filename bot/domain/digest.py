"""What a hold kept for one person, grouped by child: which references belong together."""

from collections.abc import Iterable

from bot.domain.incident import Child


def together(kept: Iterable[tuple[str, Child]]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The references, each with a child that it is about, as groups that are about one child, and
    behind them as one group those that stand alone; of either there may be none.

    No name leaves this function: what belongs together is all that is said.
    """
    groups: list[tuple[Child, list[str]]] = []
    for reference, child in kept:
        for known, references in groups:
            if known.is_same_child(child):
                if reference not in references:
                    references.append(reference)
                break
        else:
            groups.append((child, [reference]))
    several = tuple(tuple(references) for _, references in groups if len(references) > 1)
    grouped = {reference for group in several for reference in group}
    alone = dict.fromkeys(r for _, references in groups for r in references if r not in grouped)
    return several, ((tuple(alone),) if alone else ())

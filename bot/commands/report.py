"""`report`: content-free figures."""

import argparse
import csv
import json
import sys

from bot.commands.surroundings import day, with_context
from bot.domain.errors import UsageError
from bot.flow.report import report


def run(given: argparse.Namespace) -> int:
    first, last = day(given.first, "--from"), day(given.last, "--to")
    if last < first:
        raise UsageError("--to must not lie before --from.")
    figures = with_context(lambda ctx: report(ctx, first, last))
    match given.format:
        case "json":
            print(json.dumps({"from": str(first), "to": str(last), **figures}, indent=2))
        case "csv":
            writer = csv.writer(sys.stdout)
            writer.writerow(["from", "to", *figures])
            writer.writerow([first, last, *figures.values()])
        case _:
            print(f"{first} to {last}")
            for name, count in figures.items():
                print(f"  {count:>8}  {name}")
    return 0

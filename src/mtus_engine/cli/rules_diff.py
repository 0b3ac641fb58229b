"""mtus rules diff: two editions of a guideline side by side."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from mtus_engine.cli.loaded import rules_to_work_on
from mtus_engine.cli.sheets import add_format, write_sheet
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.ruleset import Edition
from mtus_engine.policy.editions import changes_between
from mtus_engine.report.diagnostics import printable_text
from mtus_engine.report.sheet import Sheet, SheetPart

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(verbs: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the diff command."""
    command = verbs.add_parser("diff", parents=[rules])
    command.add_argument("guideline", metavar="GUIDELINE", help="such as physical-medicine")
    command.add_argument("editions", nargs="*", metavar="EDITION", help="two editions by first day; else the last two")
    add_format(command)
    command.set_defaults(run=_diff)


def _diff(options: Namespace) -> int:
    editions = rules_to_work_on(options).editions
    mine = sorted((e for e in editions if e.guideline == options.guideline), key=lambda e: e.edition)
    if not mine:
        near = did_you_mean(options.guideline, tuple({e.guideline for e in editions}))
        known = ", ".join(dict.fromkeys(e.guideline for e in editions))
        sys.stderr.write(f"no guideline {printable_text(options.guideline)}{near}\n  help: there are {known}\n")
        return 2
    chosen = _chosen_editions(mine, options.editions)
    if chosen is None:
        known = ", ".join(e.edition for e in mine)
        sys.stderr.write(f"two editions of {options.guideline} are compared; there are: {known}\n")
        return 2
    old, new = chosen
    found = list(changes_between(old, new))
    rows = [tuple(one) for one in found]
    part = SheetPart("What changed", (), ("Part", old.edition, new.edition), rows, "nothing")
    summary = f"{len(found)} parts differ; {old.edition} is {_force(old)}, {new.edition} is {_force(new)}"
    sheet = Sheet(f"{new.title}: {old.edition} and {new.edition}", (summary,), (part,))
    outline = {"guideline": options.guideline, "old": old.edition, "new": new.edition}
    write_sheet(sheet, {**outline, "changes": [one._asdict() for one in found]}, options)
    return 0


def _chosen_editions(mine: list[Edition], names: list[str]) -> tuple[Edition, Edition] | None:
    # By default the last two of one pack: an edition that fills another pack's gap does not follow its editions.
    last = [e for e in mine if e.pack == mine[-1].pack]
    listed = [e for name in names for e in mine if e.edition == name] if names else last[-2:]
    return (listed[0], listed[1]) if len(listed) == 2 and len(names) in {0, 2} else None


def _force(edition: Edition) -> str:
    low, high = (None if day is None else date.fromordinal(day).isoformat() for day in edition.in_force)
    return f"in force from {low}" + (f" until {high}" if high else "")

"""mtus audit --second: two codings of the same decisions, and where they differ."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtus_engine.api import read_case_file
from mtus_engine.audit.coders import Coded, coders_agreement
from mtus_engine.audit.words import number_words
from mtus_engine.cli.case_run import CaseRun
from mtus_engine.loader.folder import case_files
from mtus_engine.model.case import Case
from mtus_engine.model.diagnostic import Diagnostic, Rejected
from mtus_engine.model.ruleset import Ruleset

MOST_ROWS = 60


def show_coders(run: CaseRun, second: Path, ruleset: Ruleset, console: Console) -> None:
    """Print how the cases of a run agree with a second coding; what cannot be read in it is added to run.problems."""
    files, problems = case_files([second])
    run.problems.extend(problems)
    found = coders_agreement(_cases(run.files, ruleset, []), _cases(files, ruleset, run.problems), ruleset.facts)
    title = f"Two coders, {found.items} items in both codings"
    table = Table(title=title, title_justify="left", pad_edge=False, highlight=False)
    for heading in ("", "facts", "grounds"):
        table.add_column(heading)
    table.add_row("both say it, alike", str(found.alike), str(found.grounds_alike))
    table.add_row("both say it, otherwise", str(len(found.differ)), "")
    table.add_row("the first alone", str(len(found.one_alone)), str(len(found.grounds_one_alone)))
    table.add_row("the second alone", str(len(found.other_alone)), str(len(found.grounds_other_alone)))
    table.add_row("Cohen's kappa, whether a fact is coded", number_words(found.on_coding), "")
    table.add_row("Cohen's kappa, yes, no or not found where both code it", number_words(found.on_values), "")
    console.print(table)
    for heading, listed in (
        ("Coded otherwise", found.differ),
        ("Coded by the first alone", found.one_alone),
        ("Coded by the second alone", found.other_alone),
        ("Outcomes read otherwise", found.outcomes_differ),
        ("Grounds of the first alone", [Coded(name, ground, "yes", None) for name, ground in found.grounds_one_alone]),
        (
            "Grounds of the second alone",
            [Coded(name, ground, None, "yes") for name, ground in found.grounds_other_alone],
        ),
    ):
        if listed:
            console.print(_coded_table(heading, listed))
    for whose, names in (("first", found.in_one_alone), ("second", found.in_other_alone)):
        if names:
            console.print(Text(f"Only in the {whose} coding, and not compared: {', '.join(names)}"))


def _coded_table(title: str, coded: Sequence[Coded]) -> Table:
    more = f", {MOST_ROWS} of {len(coded)}" if len(coded) > MOST_ROWS else ""
    table = Table(title=f"{title}{more}", title_justify="left", pad_edge=False, highlight=False)
    for heading in ("item", "fact", "first", "second"):
        table.add_column(heading)
    for one in coded[:MOST_ROWS]:
        table.add_row(Text(one.item), Text(one.fact), Text(one.one or ""), Text(one.other or ""))
    return table


def _cases(files: Sequence[Path], ruleset: Ruleset, problems: list[Diagnostic]) -> list[Case]:
    """Return the cases that can be read; what is wrong with the others is added to the problems."""
    read = []
    for file in files:
        try:
            read.append(read_case_file(file, ruleset))
        except Rejected as rejected:
            problems.extend(rejected.diagnostics)
    return read

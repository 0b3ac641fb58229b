"""Opens the record for a command, and says in a message what is wrong with it."""

import sys
from argparse import Namespace
from collections.abc import Callable

from mtus_engine.cli.record import data_folder, database_named
from mtus_engine.store.faults import REFUSALS, refusal_words
from mtus_engine.store.record import Record, open_record


def run_guarded(run: Callable[[Namespace], int], options: Namespace) -> int:
    """Run a command and return its exit code; where the store refuses, say why in one line and return 1."""
    try:
        return run(options)
    except REFUSALS as refused:
        sys.stderr.write(f"{refusal_words(refused)}\n")
        return 1


def record_of(options: Namespace, *, may_begin: bool = False, must_match: bool = True) -> Record:
    """Return the record that the options name, opened; may_begin and must_match are those of open_record."""
    return open_record(data_folder(options), database_named(options), may_begin=may_begin, must_match=must_match)


def count_words(number: int, one: str) -> str:
    """Return a number with the word for what it counts, such as 2 entries; one is the singular."""
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number:,} {one if number == 1 else many}"

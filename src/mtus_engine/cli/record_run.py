"""The record opened for a command, and what is wrong with it as a message."""

import sys
from argparse import Namespace
from collections.abc import Callable

from mtus_engine.cli.record import data_folder, database_named
from mtus_engine.store.faults import REFUSALS, refusal_words
from mtus_engine.store.record import Record, open_record


def guarded(run: Callable[[Namespace], int], options: Namespace) -> int:
    """Return the exit code of a command; what is wrong with the store is said in a line."""
    try:
        return run(options)
    except REFUSALS as refused:
        sys.stderr.write(f"{refusal_words(refused)}\n")
        return 1


def record_of(options: Namespace, *, may_begin: bool = False, must_match: bool = True) -> Record:
    """Return the record that the options name, open; a new one is begun only where it may."""
    return open_record(data_folder(options), database_named(options), may_begin=may_begin, must_match=must_match)


def counted(number: int, one: str) -> str:
    """Return a number with the word for what it counts."""
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number:,} {one if number == 1 else many}"

"""The codes of ICD-10-CM, by which a code that is only formed like one is told from one that exists."""

import gzip
from functools import cache
from importlib import resources

# The first signs of a code, which the table holds; the seventh says whether it is the first encounter.
SIGNS = 6


def is_assigned(code: str) -> bool:
    """Return whether ICD-10-CM has a code (capitals, with or without a dot), or has it as the category of others.

    The table is that of tools/icd_10_cm.py, with the code sets up to its year: a code that was split since is the
    category of its parts.
    """
    return f"\n{code.replace('.', '')[:SIGNS]}\n".encode() in _listed()


@cache
def _listed() -> bytes:
    """Return the codes without dots, each between line breaks."""
    return gzip.decompress(resources.files("mtus_engine.compiler").joinpath("icd_10_cm.txt.gz").read_bytes())

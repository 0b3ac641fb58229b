"""Writes the codes of ICD-10-CM that the program knows, from the package simple_icd_10_cm (pip install it first).

    python -m tools.icd_10_cm

The codes are published by the Centers for Medicare & Medicaid Services and are in the public domain. Of a code of seven
signs the first six are kept: the seventh says whether it is the first encounter. A code that was valid in an earlier
year and was split since is still there as the category of its parts.
"""

import gzip
import re
import sys
from pathlib import Path

import simple_icd_10_cm

from mtus_engine.compiler.icd_table import SIGNS

WRITTEN = Path(__file__).parents[1] / "src" / "mtus_engine" / "compiler" / "icd_10_cm.txt.gz"


def main() -> None:
    """Write the file, the same bytes each time with one version of the package."""
    codes = (code.replace(".", "")[:SIGNS] for code in simple_icd_10_cm.get_all_codes())
    kept = sorted({code for code in codes if re.fullmatch(r"[A-Z][0-9][0-9AB][0-9A-Z]*", code)})
    WRITTEN.write_bytes(gzip.compress("\n".join(["", *kept, ""]).encode(), mtime=0))
    print(f"{len(kept):,} codes", file=sys.stderr)


if __name__ == "__main__":
    main()

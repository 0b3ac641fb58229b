"""The page docs/licences.md: the licence of every distribution that the extras install, as it says itself."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).parents[1] / "docs" / "licences.md"
EXTRAS = ("audit", "bulk", "ingest", "logic", "serve")
# What distributions say in other words than an SPDX name, and what it is.
_NAMES = {
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "bsd license": "BSD",
    "bsd": "BSD",
    "bsd 3-clause license": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "mit license": "MIT",
    "mit": "MIT",
    "python software foundation license": "PSF-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "isc license (iscl)": "ISC",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "the unlicense (unlicense)": "Unlicense",
}
# What may be had under one of several licences, as its LICENSE file says; classifiers cannot say "or".
_CHOICES = {"pyphen": "GPL-2.0-or-later or LGPL-2.1-or-later or MPL-1.1"}
HEAD = """# Licences

mtus-engine is under the MIT licence. These are the distributions that its extras (audit, bulk, ingest, logic, serve) install, each with the licence that it names itself;
`python -m tests.licences` writes the list, and a test compares it with what is installed. Spark's extra adds pyspark and py4j (Apache-2.0 and BSD) and pandas (BSD).

| distribution | licence | from |
| --- | --- | --- |
"""


def licence_of(name):
    """The licence that a distribution names: its SPDX expression, else its classifier, else its own words.

    Which of the BSD licences it is no classifier says: there its own words count where they do.
    """
    if choice := _CHOICES.get(name):
        return choice
    meta = distribution(name).metadata
    if expression := meta.get("License-Expression"):
        return expression
    classified = [one.rpartition(" :: ")[2] for one in meta.get_all("Classifier") or () if one.startswith("License ::")]
    own = (meta.get("License") or "not named").splitlines()[0]
    words = [one for one in classified if one != "OSI Approved"] or [own]
    if words == ["BSD License"] and _NAMES.get(own.strip().lower(), "").startswith("BSD-"):
        words = [own]
    return " and ".join(dict.fromkeys(_NAMES.get(one.strip().lower(), one.strip()[:60]) for one in words))


def installed():
    """The distributions that the extras install here, by name, with the extras that bring each."""
    found = {}
    for extra in ("", *EXTRAS):
        pending = [("mtus-engine", extra)]
        seen = set()
        while pending:
            name, wanted = pending.pop()
            try:
                requires = distribution(name).requires or ()
            except PackageNotFoundError:
                continue
            if name != "mtus-engine":
                found.setdefault(name, []).append(extra or "itself") if extra not in found.get(name, ()) else None
            for text in requires:
                one = Requirement(text)
                if one.marker is None or one.marker.evaluate({"extra": wanted}):
                    key = re.sub(r"[-_.]+", "-", one.name).lower()
                    for further in ("", *one.extras):
                        if (key, further) not in seen:
                            seen.add((key, further))
                            pending.append((key, further))
    return {name: sorted(set(extras)) for name, extras in sorted(found.items()) if name != "mtus-engine"}


def rows():
    """The rows of the page, by distribution."""
    return {name: (licence_of(name), ", ".join(extras)) for name, extras in installed().items()}


if __name__ == "__main__":
    lines = [f"| {name} | {licence} | {extras} |" for name, (licence, extras) in rows().items()]
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")

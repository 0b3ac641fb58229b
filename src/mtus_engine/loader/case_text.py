"""A case document as the YAML text of a case file."""

from collections.abc import Mapping
from typing import Any

import yaml

# The emitter in C writes the same several times faster; a PyYAML built without it has only the one in Python.
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SCHEMA = "# yaml-language-server: $schema={schema}\n"
DRAFT = "# A draft: every fact is to be confirmed against its place.\n"


def example_text(name: str, facts: Mapping[str, object]) -> str:
    """Return an example for a file of examples: what it expects is left for a person to fill in."""
    given = yaml.safe_dump(mutable_copy(facts), sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)
    lines = "".join(f"      {line}\n" for line in given.splitlines())
    return f"  - name: {name!r}\n    given:\n{lines}    expect: {{unfilled: true}}\n"


def mutable_copy(value: object) -> Any:
    """Return a copy of what was read, with dicts for mappings and lists for tuples, as YAML writes them."""
    if isinstance(value, Mapping):
        return {key: mutable_copy(inner) for key, inner in value.items()}
    return [mutable_copy(inner) for inner in value] if isinstance(value, tuple | list) else value


def case_text(document: Mapping[str, object], schema: str, head: str = DRAFT) -> str:
    """Return the text of a case file: keys in their order, wide lines, its schema named first, then the head."""
    body = yaml.dump(
        dict(document), Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    return _SCHEMA.format(schema=schema) + head + str(body)

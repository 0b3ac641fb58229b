"""A case document as the YAML text of a case file."""

from collections.abc import Mapping

import yaml

_HEAD = "# yaml-language-server: $schema={schema}\n# A draft: every fact is to be confirmed against its place.\n"


def case_text(document: Mapping[str, object], schema: str) -> str:
    """Return the text of a case file: keys in their order, wide lines, its schema named first."""
    body = yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return _HEAD.format(schema=schema) + str(body)

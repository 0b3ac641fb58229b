"""A case document as the YAML text of a case file."""

from collections.abc import Mapping

import yaml

_SCHEMA = "# yaml-language-server: $schema={schema}\n"
DRAFT = "# A draft: every fact is to be confirmed against its place.\n"


def case_text(document: Mapping[str, object], schema: str, head: str = DRAFT) -> str:
    """Return the text of a case file: keys in their order, wide lines, its schema named first, then the head."""
    body = yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return _SCHEMA.format(schema=schema) + head + str(body)

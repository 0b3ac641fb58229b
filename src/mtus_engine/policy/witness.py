"""Case files that state given facts, to show by an example how the rules come out."""

from collections.abc import Mapping
from decimal import Decimal

from mtus_engine.loader.case_text import case_text
from mtus_engine.loader.source import Plain

WitnessFacts = dict[str, Plain]


def case_of(name: str, stated: Mapping[str, Plain], law: str | None = None) -> str:
    """Return the text of a case file that states these facts; law is the jurisdiction that it has to name."""
    head = "# A case that shows how the rules come out.\n"
    document = {key: _writable(value) for key, value in case_document(name, stated, law).items()}
    return case_text(document, "schema/case.json", head=head)


def case_document(name: str, stated: Mapping[str, Plain], law: str | None = None) -> dict[str, Plain]:
    """Return the content of a case file that states these facts, as plain values."""
    named = {} if law is None else {"jurisdiction": law}
    return {"case": name, **named, "setting": "ur", "items": ({"item": 1, "facts": stated},)}


def _writable(plain: object) -> object:
    if isinstance(plain, Mapping):
        return {key: _writable(value) for key, value in plain.items()}
    if isinstance(plain, Decimal):
        return float(plain)
    return [_writable(value) for value in plain] if isinstance(plain, tuple | list) else plain

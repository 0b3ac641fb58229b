"""Facts as the case file that shows something."""

from collections.abc import Mapping

from mtus_engine.loader.case_text import case_text
from mtus_engine.loader.source import Plain

Stated = dict[str, Plain]


def case_of(name: str, stated: Mapping[str, Plain]) -> str:
    """Return a case file that states these facts."""
    document = {"case": name, "setting": "ur", "items": [{"item": 1, "facts": _written(stated)}]}
    return case_text(document, "schema/case.json", head="# A case that shows how the rules come out.\n")


def _written(plain: object) -> object:
    if isinstance(plain, Mapping):
        return {key: _written(value) for key, value in plain.items()}
    return [_written(value) for value in plain] if isinstance(plain, tuple | list) else plain

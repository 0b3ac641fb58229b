"""Values of JSON as the plain values that the loader reads from YAML, and back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from mtus_engine.loader.source import Document, Node, Path, Plain, Tree
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.model.diagnostic import Diagnostic


class JsonDocument(Document):
    """A value of JSON that was sent: a mistake in it is shown by the pointer (RFC 6901) to its place."""

    def diagnostic(
        self,
        code: str,
        path: Path,
        message: str,
        *,
        cure: str | None = None,
        at_key: bool = False,  # noqa: ARG002 - a pointer to a value and one to its key are the same
    ) -> Diagnostic:
        """Return a mistake at path."""
        found: list[str | int] = []
        plain = self.plain
        for step in path:
            # pydantic's path also has branches of unions and absent keys, which the value does not have: skip them.
            if isinstance(plain, Mapping) and step in plain:
                plain = plain[str(step)]
            elif isinstance(plain, tuple) and isinstance(step, int) and step < len(plain):
                plain = plain[step]
            else:
                continue
            found.append(step)
        return Diagnostic(code, pointer(tuple(found)), 1, 1, message, cure)


def pointer(path: Path) -> str:
    """Return a path as a JSON pointer."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def json_document(value: Any) -> JsonDocument:
    """Return a value of JSON as a document that was read; raises TypeError for what is none."""
    plain = plain_of_json(value)
    return JsonDocument("", (), Node(Tree.MAPPING if isinstance(value, dict) else Tree.SCALAR, 0, 0, plain))


def plain_of_json(value: Any) -> Plain:
    """Return a value of JSON as a file that was read has it: lists as tuples, numbers with a fraction as decimals."""
    match value:
        case dict():
            return {str(key): plain_of_json(inner) for key, inner in value.items()}
        case list() | tuple():
            return tuple(plain_of_json(inner) for inner in value)
        case float():
            return int(value) if value.is_integer() else Decimal(repr(value))
        case None | bool() | int() | str():
            return value
        case _:
            raise TypeError(f"no value of JSON: {type(value).__name__}")


def json_of_case(name: str, content: bytes) -> dict[str, Any]:
    """Return a case file as values of JSON, yes and no as it writes them; raises Rejected where it cannot be read."""
    found = json_of_plain(parse_leniently(name, content, truths_as_words=True).plain)
    assert isinstance(found, dict)
    return found


def json_of_plain(plain: Plain) -> Any:
    """Return a value that was read as JSON has it: days as text, decimals as numbers."""
    match plain:
        case Mapping():
            return {key: json_of_plain(inner) for key, inner in plain.items()}
        case list() | tuple():
            return [json_of_plain(inner) for inner in plain]
        case Decimal():
            return int(plain) if plain == plain.to_integral_value() else float(plain)
        case date():
            return plain.isoformat()
        case _:
            return plain

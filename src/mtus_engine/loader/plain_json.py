"""Values of JSON as the loader reads those of YAML, and back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from mtus_engine.loader.source import Plain


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

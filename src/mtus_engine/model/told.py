"""Exceptions that tell a person what is wrong, in English; the English sentence is the key to its translations."""

from collections.abc import Sequence


class Word(str):
    """A value in a message that is itself English and has translations of its own."""

    __slots__ = ()


class Told(Exception):
    """A message to a person: says is an English sentence with names in braces, values are what stands in their places.

    A value is text that is never translated, a Word that is, or several messages.
    """

    def __init__(self, says: str, **values: "str | Sequence[Told]") -> None:
        """Keep the sentence and its values; str() gives the English text."""
        self.says, self.values = says, values
        texts = {name: one if isinstance(one, str) else "; ".join(map(str, one)) for name, one in values.items()}
        super().__init__(says.format_map(texts) if texts else says)

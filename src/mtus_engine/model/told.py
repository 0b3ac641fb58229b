"""Exceptions that say to a person what is wrong: in English, which is the key to their words in other languages."""

from collections.abc import Sequence


class Word(str):
    """A value of what is told that is a word of English itself, and so has its own words in other languages."""

    __slots__ = ()


class Told(Exception):
    """Something a person is told; says is a sentence with names in braces, values stand in their places.

    A value is text as it is, a word that has its own words in other languages, or several things told.
    """

    def __init__(self, says: str, **values: "str | Sequence[Told]") -> None:
        """Keep what is told; as text it is the English sentence."""
        self.says, self.values = says, values
        texts = {name: one if isinstance(one, str) else "; ".join(map(str, one)) for name, one in values.items()}
        super().__init__(says.format_map(texts) if texts else says)

"""The words of the pages: one file a language; what a file leaves out is said in English."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from mtus_engine.loader.source import Plain
from mtus_engine.loader.yaml_tree import parse
from mtus_engine.model.told import Told, Word

# The key under which sentences that other code raises (Told) stand, each by its English.
_TOLD = "told"
ENGLISH = Path(__file__).parent / "words" / "en.yaml"


class Catalogue:
    """The words of pages by their keys, such as worklist.title."""

    def __init__(self, words: Mapping[str, str], language: str) -> None:
        """Keep the words by their keys, and the language that they are in."""
        self._words = words
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of a key, its places in braces filled in; raises KeyError for a key that is none."""
        return self._words[key].format_map(values) if values else self._words[key]

    def counted(self, key: str, n: int) -> str:
        """Return the words for n things: those of KEY.one for one thing, else those of KEY.other."""
        return self(f"{key}.{'one' if n == 1 else 'other'}", n=n)

    def told(self, error: Told) -> str:
        """Return the message of an error, in this language."""
        values = {name: self._value(value) for name, value in error.values.items()}
        says = self.of_english(error.says)
        return says.format_map(values) if values else says

    def _value(self, value: str | Sequence[Told]) -> str:
        if isinstance(value, Word):
            return self.of_english(value)
        return value if isinstance(value, str) else "; ".join(map(self.told, value))

    def of_english(self, sentence: str) -> str:
        """Return the words for a sentence of English that other code tells; itself where there are none."""
        return self._words.get(f"{_TOLD}.{sentence}", sentence)

    @property
    def keys(self) -> frozenset[str]:
        """Every key."""
        return frozenset(self._words)


@cache
def english_catalogue() -> Catalogue:
    """Return the words as they are shipped."""
    return Catalogue(_flat_words(_read(ENGLISH)), "en")


def catalogue(file: Path | None = None) -> Catalogue:
    """Return the words of a file, in English what it leaves out; raises Rejected where the file cannot be read."""
    if file is None:
        return english_catalogue()
    own = _flat_words(_read(file))
    language = own.pop("language", "en")
    shipped = english_catalogue()
    kept = {key: own.get(key, shipped(key)) for key in shipped.keys}
    return Catalogue(kept, language)


def _read(file: Path) -> Plain:
    return parse(file.name, file.read_bytes()).plain


def _flat_words(plain: Plain, before: str = "") -> dict[str, str]:
    if isinstance(plain, Mapping):
        return {
            key: words for name, one in plain.items() for key, words in _flat_words(one, f"{before}{name}.").items()
        }
    return {before.removesuffix("."): str(plain)}

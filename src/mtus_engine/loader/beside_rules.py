"""What lies in a pack beside its rules: how papers are read, and how a review runs.

No determination depends on these files, and so a check does not load what describes them.
"""

from collections.abc import Iterable, Mapping, Sequence

from mtus_engine.loader.folder import EXTRACTION, REVIEW, Loaded, RuleFiles, digest, rule_files
from mtus_engine.loader.packs import Layer, Sources, read_layers, without_mistakes
from mtus_engine.model.authored import Authored
from mtus_engine.model.extraction import ContextDocument, CuesDocument, PhrasesDocument
from mtus_engine.model.papers import PapersDocument
from mtus_engine.model.review_files import CompleteRequestDocument, DeadlinesDocument, LettersDocument, RemarksDocument

# The kinds of files by the key that marks each.
EXTRACTION_KINDS: dict[str, type[Authored]] = {
    "phrases_for": PhrasesDocument,
    "cues": CuesDocument,
    "context": ContextDocument,
    "papers": PapersDocument,
}
REVIEW_KINDS: dict[str, type[Authored]] = {
    "deadlines": DeadlinesDocument,
    "complete_request": CompleteRequestDocument,
    "remarks": RemarksDocument,
    "letters": LettersDocument,
}


def extraction_of(layers: Iterable[Layer]) -> tuple[Loaded, ...]:
    """Return the extraction rules of packs; raises Rejected with every mistake in them."""
    return without_mistakes([_extraction_among(layer) for layer in layers])


def extraction_digest(sources: Sources) -> str:
    """Return the digest of the extraction rules of packs."""
    read = [_extraction_among(layer) for layer in read_layers(sources)]
    return read[0].digest if len(read) == 1 else digest((one.folder, one.digest.encode()) for one in read)


def review_of(layers: Iterable[Layer]) -> tuple[Loaded, ...]:
    """Return the rules of reviews of packs; raises Rejected with every mistake in them."""
    return without_mistakes([review_among(layer.source, layer.contents) for layer in layers])


def review_among(folder: str, contents: Sequence[tuple[str, bytes]]) -> RuleFiles:
    """Return the rules of a review among the files of a folder."""
    return _files_below(REVIEW, REVIEW_KINDS, folder, contents)


def _extraction_among(layer: Layer) -> RuleFiles:
    return _files_below(EXTRACTION, EXTRACTION_KINDS, layer.source, layer.contents)


def _files_below(
    below: str, kinds: Mapping[str, type[Authored]], folder: str, contents: Sequence[tuple[str, bytes]]
) -> RuleFiles:
    return rule_files(folder, sorted(one for one in contents if one[0].startswith(f"{below}/")), kinds)

"""A small language model that reads a sentence as a whole, and scores each answer that it may give.

It is MiniLM (Wang and others, 2020) with its upper layers and its last one learned from sentences that people judged;
tools/learn_model.py learns and writes it. It runs on this machine alone, in whole numbers where it multiplies, so that
processors of different kinds come to the same.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import orjson

from mtus_engine.ingest.linear import LikelyAnswer
from mtus_engine.ingest.word_pieces import WordPieces
from mtus_engine.model.extraction import Section

# So many pieces of a sentence are read.
MOST_PIECES = 96


class ModelScores(NamedTuple):
    """What the model makes of a sentence: the score of each answer, and of those of each number by where it begins."""

    of_sentence: dict[LikelyAnswer, float]
    of_numbers: dict[int, dict[LikelyAnswer, float]]


class Scale(NamedTuple):
    """What makes scores of what the model gives: the shift of each answer is taken off, and the rest multiplied."""

    shifts: Sequence[float]
    factor: float


def read_as(text: str, section: Section) -> str:
    """Return a sentence as the model reads it: behind the name of its section."""
    return f"{section}: {text}"


class SentenceModel:
    """The model, loaded once, for any number of sentences."""

    def __init__(self, model: bytes, pieces: str, described: bytes) -> None:
        """Load the model, its word pieces one a line, and what describes it: its answers and scales."""
        # Slow to load, and not everybody reads papers.
        import numpy as np  # noqa: PLC0415
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415

        read = orjson.loads(described)
        self._of_sentence = tuple(LikelyAnswer(fact, says) for fact, says in read["answers"])
        self._of_numbers = tuple(LikelyAnswer(fact, says) for fact, says in read["numbers"])
        scales = (Scale(*read["scale"]), Scale(*read["scale_of_numbers"]))
        self._scales = tuple((np.array(one.shifts), one.factor) for one in scales)
        self._pieces = WordPieces(pieces.split("\n"))
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def scores(self, text: str, section: Section, numbers: Sequence[int]) -> ModelScores:
        """Return the scores of a sentence and of its numbers, which begin at these places.

        An answer is more likely than not where its score is above 0.
        """
        import numpy as np  # noqa: PLC0415 - loaded above

        cut = self._pieces.cut(read_as(text, section), MOST_PIECES)
        given = {"pieces": np.array([cut.numbers], dtype=np.int64)}
        scores, of_pieces = (
            ((found[0].astype(float) - shifts) * factor).round(2).tolist()
            for found, (shifts, factor) in zip(
                self._session.run(["scores", "numbers"], given), self._scales, strict=True
            )
        )
        before = len(read_as("", section))
        places = {start: cut.starts[start + before] for start in numbers if start + before in cut.starts}
        return ModelScores(
            dict(zip(self._of_sentence, scores, strict=True)),
            {start: dict(zip(self._of_numbers, of_pieces[at], strict=True)) for start, at in places.items()},
        )


@cache
def sentence_model() -> SentenceModel:
    """Return the model of this package."""
    folder = files("mtus_engine.ingest").joinpath("weights")
    described, pieces = folder.joinpath("model.json").read_bytes(), folder.joinpath("pieces.txt").read_text("utf-8")
    return SentenceModel(folder.joinpath("model.onnx").read_bytes(), pieces, described)

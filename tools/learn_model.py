"""Learns the sentence model from the sentences judged by hand.

    pip install torch transformers onnx onnxruntime onnxscript
    python -m tools.learn_model BASE [--epochs 4]

BASE is a folder with the weights of all-MiniLM-L6-v2 (model.safetensors, config.json, tokenizer.json), as packages
offer it. Its lower layers stay as they are; the upper ones and the last are learned. The model is written to
src/mtus_engine/ingest/weights in whole numbers of seven bits. It takes half an hour on two cores.
"""

import argparse
import math
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel, AutoTokenizer

from mtus_engine.ingest.linear import LikelyAnswer
from mtus_engine.ingest.second_reader import numbers_in
from mtus_engine.ingest.sentence_model import MOST_PIECES, Scale, read_as
from mtus_engine.ingest.word_pieces import WordPieces
from tests.sentence_harness import FACTS
from tools.learn_sentences import WEIGHTS, Judged, answers_of_count, answers_told, digest_of_sentences, sentences

# An answer counts that so many sentences give. Sentences judged for few facts count so little for the others.
FEWEST_ANSWERS, OF_UNJUDGED = 8, 0.1
# The layers that stay as they are, how many sentences are learned from at a time, and how fast.
KEPT, TOGETHER, PACE, PACE_OF_LAST = 2, 32, 1.5e-4, 2e-3
WARMING_UP = 100
# The scores of sentences, and of numbers, are moved and multiplied so that an answer with 0.4 is right nine times in ten
# on sentences unseen, and one with 1 nineteen times in twenty.
# Facts that few sentences were judged for are told more often in papers than in what is learned from: they are raised.
SHIFT, OF_FEW, FACTOR = -0.5, -0.7, 0.5
SHIFT_OF_NUMBERS, FACTOR_OF_NUMBERS = -1.2, 0.7


class NumberTold(NamedTuple):
    """The place of a number's first piece in a sentence, and the answers that the number gives."""

    piece: int
    answers: frozenset[LikelyAnswer]


class Lesson(NamedTuple):
    """A sentence as the lower layers make it, the answers that it gives, its numbers, and the facts it was judged for."""

    below: torch.Tensor
    answers: frozenset[LikelyAnswer]
    numbers: Sequence[NumberTold]
    judged: frozenset[str] | None


class Learned(NamedTuple):
    """The answers that are learned: of sentences, and of the numbers in them."""

    of_sentences: Sequence[LikelyAnswer]
    of_numbers: Sequence[LikelyAnswer]


class Upper(torch.nn.Module):
    """The upper layers of the base, and last ones that score answers.

    Those of a sentence are scored from the mean and the greatest of all pieces, those of a number from its first piece
    and the mean of all.
    """

    def __init__(self, layers: Sequence[torch.nn.Module], width: int, answers: Learned) -> None:
        """Take the layers; begin with answers that are seldom given."""
        super().__init__()
        self.layers = torch.nn.ModuleList(layers)
        self.dropout = torch.nn.Dropout(0.1)
        self.last = torch.nn.Linear(2 * width, len(answers.of_sentences))
        self.last_of_numbers = torch.nn.Linear(2 * width, len(answers.of_numbers))
        for one in (self.last, self.last_of_numbers):
            torch.nn.init.constant_(one.bias, -4)

    def forward(self, below: torch.Tensor, counts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of sentences, and of each of their pieces as a number.

        counts is 1 where a piece stands and 0 beyond the end of a sentence.
        """
        outside = (1 - counts[:, None, None, :]) * -1e9
        for layer in self.layers:
            below = _first(layer(below, outside))
        each = counts.unsqueeze(-1)
        mean = (below * each).sum(1) / each.sum(1)
        scores = self.last(self.dropout(torch.cat([mean, (below - (1 - each) * 1e4).max(1).values], 1)))
        beside = mean.unsqueeze(1).expand_as(below)
        return scores, self.last_of_numbers(self.dropout(torch.cat([below, beside], 2)))


class Whole(torch.nn.Module):
    """The whole model for one sentence, as it is written."""

    def __init__(self, base: Any, upper: Upper) -> None:
        """Take the embeddings and lower layers of the base, and what was learned."""
        super().__init__()
        self.embeddings, self.lower, self.upper = base.embeddings, base.encoder.layer[:KEPT], upper

    def forward(self, pieces: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of the sentence with these pieces, and of each piece as a number."""
        counts = torch.ones_like(pieces, dtype=torch.float32)
        below = self.embeddings(pieces)
        for layer in self.lower:
            below = _first(layer(below, (1 - counts[:, None, None, :]) * -1e9))
        return self.upper(below, counts)


def main() -> None:
    """Learn the model and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("--epochs", type=int, default=4)
    options = parser.parse_args()
    torch.manual_seed(1)
    chance = random.Random(1)
    tokens = AutoTokenizer.from_pretrained(options.base).get_vocab()
    pieces = sorted(tokens, key=lambda one: tokens[one])
    base = AutoModel.from_pretrained(options.base, attn_implementation="eager").eval()
    judged = list(sentences())
    lessons = list(_lessons(judged, base, WordPieces(pieces)))
    answers = Learned(
        _given_often(answer for one in lessons for answer in one.answers),
        _given_often(answer for one in lessons for number in one.numbers for answer in number.answers),
    )
    upper = Upper(base.encoder.layer[KEPT:], base.config.hidden_size, answers)
    _learn(upper, lessons, answers, options.epochs, chance)
    _write(Whole(base, upper.eval()), answers, pieces)


def _given_often(answers: Iterable[LikelyAnswer]) -> list[LikelyAnswer]:
    return sorted(answer for answer, count in Counter(answers).items() if count >= FEWEST_ANSWERS)


def _first(of_layer: Any) -> torch.Tensor:
    return of_layer[0] if isinstance(of_layer, tuple) else of_layer


@torch.no_grad()
def _lessons(judged: Sequence[Judged], base: Any, pieces: WordPieces) -> Iterator[Lesson]:
    """Yield the sentences as the lower layers make them; each is read by itself, so that none needs filling up."""
    for one in judged:
        cut = pieces.cut(read_as(one.text, one.section), MOST_PIECES)
        below = base.embeddings(torch.tensor([cut.numbers]))
        for layer in base.encoder.layer[:KEPT]:
            below = _first(layer(below, torch.zeros(1, 1, 1, len(cut.numbers))))
        told = [
            NumberTold(cut.starts[place], answers_of_count(one.tells, number.value))
            for number in numbers_in(one.text, one.section)
            if (place := number.start + len(read_as("", one.section))) in cut.starts
        ]
        yield Lesson(below[0], answers_told(one), told, None if one.is_whole else FACTS)


def _learn(upper: Upper, lessons: Sequence[Lesson], answers: Learned, epochs: int, chance: random.Random) -> None:
    paces = [
        {"params": upper.layers.parameters(), "lr": PACE},
        {"params": [*upper.last.parameters(), *upper.last_of_numbers.parameters()], "lr": PACE_OF_LAST},
    ]
    optimizer = torch.optim.AdamW(paces, weight_decay=0.01)
    steps = epochs * math.ceil(len(lessons) / TOGETHER)

    def pace(step: int) -> float:
        return min((step + 1) / WARMING_UP, max(0.0, 1 - step / steps))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, pace)
    for epoch in range(epochs):
        total = 0.0
        for batch in _batches(lessons, chance):
            loss = sum(
                torch.nn.functional.binary_cross_entropy_with_logits(scores, told, weight, reduction="sum")
                for scores, told, weight in _scored(upper, batch, answers)
            )
            optimizer.zero_grad()
            (loss / len(batch)).backward()
            torch.nn.utils.clip_grad_norm_(upper.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {epochs}: loss {total / len(lessons):.3f}", file=sys.stderr, flush=True)


def _batches(lessons: Sequence[Lesson], chance: random.Random) -> Iterator[Sequence[Lesson]]:
    """Yield lessons together that are of about one length, in an order by chance."""
    ordered = sorted(lessons, key=lambda one: (len(one.below) // 8, chance.random()))
    batches = [ordered[n : n + TOGETHER] for n in range(0, len(ordered), TOGETHER)]
    chance.shuffle(batches)
    yield from batches


def _scored(
    upper: Upper, batch: Sequence[Lesson], answers: Learned
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Yield the scores of sentences and of their numbers, with the answers given, and how much each counts."""
    longest = max(len(one.below) for one in batch)
    below = torch.zeros(len(batch), longest, batch[0].below.shape[1])
    counts = torch.zeros(len(batch), longest)
    for row, one in enumerate(batch):
        below[row, : len(one.below)] = one.below
        counts[row, : len(one.below)] = 1
    scores, of_pieces = upper(below, counts)
    yield scores, *_told([(one, one.answers) for one in batch], answers.of_sentences)
    numbers = [(row, one, number) for row, one in enumerate(batch) for number in one.numbers]
    if numbers:
        of_numbers = torch.stack([of_pieces[row, number.piece] for row, _, number in numbers])
        yield of_numbers, *_told([(one, number.answers) for _, one, number in numbers], answers.of_numbers)


def _told(
    given: Sequence[tuple[Lesson, frozenset[LikelyAnswer]]], answers: Sequence[LikelyAnswer]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return which answers are given, and how much each counts."""
    told = torch.tensor([[float(answer in those) for answer in answers] for _, those in given])
    weight = torch.tensor(
        [
            [
                1.0 if one.judged is None or answer.fact in one.judged or answer in those else OF_UNJUDGED
                for answer in answers
            ]
            for one, those in given
        ]
    )
    return told, weight


def _write(whole: Whole, answers: Learned, pieces: Sequence[str]) -> None:
    """Write the model, its word pieces, and what describes it."""
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        torch.onnx.export(
            whole.eval(),
            (torch.ones(1, 12, dtype=torch.int64),),
            exact,
            input_names=["pieces"],
            output_names=["scores", "numbers"],
            dynamic_axes={"pieces": {1: "count"}, "numbers": {1: "count"}},
            opset_version=17,
            dynamo=False,
        )
        # Seven bits: sums of products of eight bits do not fit where a processor has no instruction for them.
        quantize_dynamic(
            exact, WEIGHTS / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
    (WEIGHTS / "pieces.txt").write_text("\n".join(pieces), encoding="utf-8")
    described = {
        "learned_from": {"digest": digest_of_sentences()},
        "answers": [list(one) for one in answers.of_sentences],
        "numbers": [list(one) for one in answers.of_numbers],
        "scale": list(Scale([SHIFT + (0 if one.fact in FACTS else OF_FEW) for one in answers.of_sentences], FACTOR)),
        "scale_of_numbers": list(Scale([SHIFT_OF_NUMBERS] * len(answers.of_numbers), FACTOR_OF_NUMBERS)),
    }
    content = orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (WEIGHTS / "model.json").write_bytes(content)


if __name__ == "__main__":
    main()

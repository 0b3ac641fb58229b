"""The reviewers' own sentences, read from the decisions that cases were coded from."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mtus_engine.model.checked import Checked


class Records:
    """The decisions in a folder, each read when a case coded from it comes up; without a folder there are none."""

    def __init__(self, folder: Path | None) -> None:
        """List the files of the folder by their names without suffix, by which cases name their records."""
        self._files = (
            {} if folder is None else {path.stem: path for path in sorted(folder.rglob("*")) if path.is_file()}
        )
        self._last: tuple[str, Mapping[str, str]] = ("", {})

    def words_of(self, checked: Checked) -> Sequence[tuple[str, str]]:
        """Return the place and text of each sentence that the reviewer's grounds cite; none without the record."""
        record, reviewer = checked.case.record, checked.item.reviewer
        if record is None or record.file is None or reviewer is None or not self._files:
            return ()
        listed = self._sentences(Path(record.file).stem)
        return list(
            {place: words for ground in reviewer.grounds for place, words in _sentences_at(ground.at, listed)}.items()
        )

    def _sentences(self, stem: str) -> Mapping[str, str]:
        if self._last[0] != stem:
            self._last = (stem, {} if stem not in self._files else _sentences_of(self._files[stem]))
        return self._last[1]


def _sentences_of(path: Path) -> Mapping[str, str]:
    """Return the sentences of a decision by their places; none, and a warning, where it cannot be read."""
    from mtus_engine.ingest.layout import laid_out  # noqa: PLC0415 - only where records are asked for
    from mtus_engine.ingest.pdf import LARGEST_FILE, Unreadable, text_of  # noqa: PLC0415
    from mtus_engine.ingest.sentences import sentences  # noqa: PLC0415
    from mtus_engine.loader.limited import limited_bytes  # noqa: PLC0415

    try:
        text = text_of(limited_bytes(path, LARGEST_FILE))
    except Unreadable as error:
        sys.stderr.write(f"{path}: {error}\n")
        return {}
    return {one.place: one.text for one in sentences(laid_out(text))}


def _sentences_at(at: str | None, listed: Mapping[str, str]) -> list[tuple[str, str]]:
    from mtus_engine.ingest.places import single_places  # noqa: PLC0415 - only where records are asked for, too

    return [(place, listed[place]) for place in single_places(at or "") if place in listed]

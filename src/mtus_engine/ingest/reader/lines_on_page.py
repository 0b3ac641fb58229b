"""The words of a page as lines of text in which each stands where it is printed, columns parted by wide spaces.

Of the standard library alone: the process that reads PDFs loads it before its limits are set.
"""

from itertools import pairwise

# Words of one line overlap in height by at least this share of the lower one. Between words stands no more than so many
# widths of a letter; what is farther apart is in another column.
_OF_ONE_LINE, _WITHIN_A_CELL = 0.5, 1.8
# The width of a letter is that of the narrowest words but for the first tenth: so no line takes less room than printed.
_NARROW = 10

# The tops of two lines that stand so many heights of a line apart have a blank line between them.
_ROOM_FOR_A_LINE = 2.2

# A word with its box on the page: left, top, right, bottom.
BoxedWord = tuple[str, float, float, float, float]


def lines_on_page(words: list[BoxedWord], *, with_blank_lines: bool = False) -> str:
    """Return the words of a page as its lines, with so many spaces between columns as have room there.

    with_blank_lines tells that lines which stand farther apart than others have a blank one between them.
    """
    width = width_of_letters(words)
    lines = lines_of_words(words)
    parted = parted_lines(lines) if with_blank_lines else frozenset()
    return "\n".join("\n" * (n in parted) + spaced_line(line, width) for n, line in enumerate(lines))


def width_of_letters(words: list[BoxedWord]) -> float:
    """Return the width of a letter on a page, in the unit of the boxes."""
    widths = sorted((right - left) / len(word) for word, left, _, right, _ in words if len(word) > 1)
    return (widths[len(widths) // _NARROW] if widths else 1.0) or 1.0


def parted_lines(lines: list[list[BoxedWord]]) -> frozenset[int]:
    """Return the numbers of the lines, from 0, before which there is room for another."""
    tops = [min(word[2] for word in line) for line in lines]
    heights = sorted(max(word[4] for word in line) - top for line, top in zip(lines, tops, strict=True))
    apart = [below - above for above, below in pairwise(tops)]
    usual = heights[len(heights) // 2] if heights else 0.0
    return frozenset(n for n, distance in enumerate(apart, 1) if distance > _ROOM_FOR_A_LINE * usual)


def lines_of_words(words: list[BoxedWord]) -> list[list[BoxedWord]]:
    """Return the words of each line from left to right, the lines from top to bottom."""
    lines: list[list[BoxedWord]] = []
    for word in sorted(words, key=lambda one: (one[2] + one[4], one[1])):
        line = next((line for line in reversed(lines[-3:]) if _are_level(line[0], word)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    return [sorted(line, key=lambda one: one[1]) for line in lines]


def _are_level(one: BoxedWord, other: BoxedWord) -> bool:
    shared = min(one[4], other[4]) - max(one[2], other[2])
    return shared >= _OF_ONE_LINE * min(one[4] - one[2], other[4] - other[2])


def spaced_line(words: list[BoxedWord], width: float) -> str:
    """Return the words of a line with as many spaces between columns as have room there."""
    text, end = "", 0.0
    for word, left, _, right, _ in words:
        # Between the words of a title in large letters stand wider spaces.
        if text and left - end <= _WITHIN_A_CELL * max(width, (right - left) / len(word)):
            text += " "
        else:
            at = round(left / width)
            text = text.ljust(max(at, len(text) + 2 if text else 0))
        text += word
        end = right
    return text

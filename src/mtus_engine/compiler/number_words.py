"""Numbers as words: zero to fifty-nine, first to twentieth, half a dozen."""

WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_BEYOND = rf"(?:{'|'.join(TENS)})[- ](?:{'|'.join(WORDS[1:10])})|{'|'.join(list(TENS)[1:])}"
_DOZEN = r"(?:a\s)?(?:half[-\s](?:a\s)?)?dozen"
# A number that begins a day, as 7/13/16 does, counts nothing.
NUMBER = rf"(?:\d{{1,3}}(?!/\d{{1,2}}/\d)|{_DOZEN}|{_BEYOND}|{'|'.join(sorted(WORDS[1:], key=len, reverse=True))})"
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    *("nineteenth", "twentieth"),
)


def whole_number(text: str) -> int:
    """Return a number in figures or as a word: three, twenty-two, third (up to twentieth), 3rd, half a dozen.

    >>> [whole_number(word) for word in ("twenty-two", "3rd", "half a dozen")]
    [22, 3, 6]
    """
    word = text.lower()
    ten, _, one = word.replace(" ", "-").partition("-")
    if ten in TENS:
        return TENS[ten] + (WORDS.index(one) if one else 0)
    if word.endswith("dozen"):
        return 6 if "half" in word else 12
    if word in ORDINALS:
        return ORDINALS.index(word) + 1
    return WORDS.index(word) if word in WORDS else int(word.rstrip("sthndr"))

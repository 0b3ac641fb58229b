"""Who signed a paper: the degrees behind a name, and the day of the signature."""

import re

from mtus_engine.compiler.phrases import DATE

_PHYSICIAN = r"M\.?D|D\.?O|D\.?C"
_THERAPIST = r"D?\.?P\.?T|M\.?P\.?T|O\.?T\.?R(?:/L)?|CHT|L\.?Ac"
_PRACTITIONER = r"N\.?P|P\.?A(?:-C)?"

# A name with its degree, and the day on which it was signed.
SIGNED = re.compile(
    rf"\b(?:{_PHYSICIAN}|D\.?P\.?M|D?\.?P\.?T|O\.?T(?:R/L)?|{_PRACTITIONER}|L\.?Ac)\b\.?,?\s+(?:\|\s+)?"
    rf"(?:(?:electronically )?signed(?: on)?:?\s+|dated?:?\s+)?(?P<day>{DATE})\.?$",
)
# What ends a letter or message, on a line with no more than a name behind it.
CLOSING = re.compile(
    r"\s*(?:many\s+)?(?:thank(?:s| you)(?: (?:so much|very much|again))?|sincerely(?: yours)?"
    r"|respectfully(?: submitted)?|yours(?: truly)?"
    r"|(?:(?:best|kind|warm) )?regards|cordially)\b[,.!]*(?:\s+(?:[A-Z][\w.'’-]*[,.]?\s*){1,6})?\s*",
    re.IGNORECASE,
)
# Who wrote a paper: a few words of a name, and degrees.
SIGNATURE = re.compile(
    r"(?:(?:signed|by)[\s:]+)?(?:[A-Z][\w.'’-]*[\s,]+){1,5}"
    rf"(?:{_PHYSICIAN}|{_THERAPIST}|R\.?N|{_PRACTITIONER})\b.{{0,40}}"
)
# A name, of several words or parted by a comma, and the degree: "Cont PT" names nobody.
OF_A_THERAPIST = re.compile(
    rf"(?:[A-Z][\w.'’-]*\s+[A-Z][\w.'’-]*,?|[A-Z][\w'’-]+,)\s+(?:{_THERAPIST})\b\.?(?:,|\s|$)|^\W*(?:{_THERAPIST})\W*$"
)
# A name and its degree that end a line, as below a letter.
OF_A_PROVIDER = re.compile(rf"[A-Za-z],?\s+(?:{_PHYSICIAN}|D\.?P\.?M|{_THERAPIST}|{_PRACTITIONER})\.?\s*$")

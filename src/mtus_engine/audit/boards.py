"""Specialties of reviewers as sets of boards, each in one spelling."""

import re
from difflib import get_close_matches

# Names of specialties and subspecialties as the American boards certify them, in the spelling that is shown.
BOARDS = (
    "Acupuncture",
    "Addiction Medicine",
    "Anesthesiology",
    "Cardiology",
    "Chiropractic",
    "Clinical Neurophysiology",
    "Dentistry",
    "Dermatology",
    "Emergency Medicine",
    "Family Medicine",
    "Gastroenterology",
    "General Surgery",
    "Geriatric Medicine",
    "Hand Surgery",
    "Hospice and Palliative Medicine",
    "Internal Medicine",
    "Interventional Spine",
    "Neurological Surgery",
    "Neurology",
    "Neuromuscular Medicine",
    "Occupational Medicine",
    "Ophthalmology",
    "Orthopedic Surgery",
    "Otolaryngology",
    "Pain Management",
    "Pediatrics",
    "Physical Medicine and Rehabilitation",
    "Plastic Surgery",
    "Podiatry",
    "Preventive Medicine",
    "Psychiatry",
    "Psychology",
    "Public Health and General Preventive Medicine",
    "Pulmonary Disease",
    "Radiology",
    "Rheumatology",
    "Sports Medicine",
    "Urology",
)
# What a specialty is called besides, such as by who practises it.
_CALLED = {
    "chiropractor": "Chiropractic",
    "family practice": "Family Medicine",
    "acupuncturist": "Acupuncture",
    "pain medicine": "Pain Management",
    "pm and r": "Physical Medicine and Rehabilitation",
    "physical medicine and rehab": "Physical Medicine and Rehabilitation",
    "physiatry": "Physical Medicine and Rehabilitation",
}
_BY_WORDS = {**{board.lower(): board for board in BOARDS}, **_CALLED}

# Two spellings at least this alike (difflib's ratio) are one name: one letter too many in ten still is.
ALIKE = 0.93


def boards_of(specialty: str | None) -> tuple[str, ...]:
    """Return the boards that a specialty names, in alphabetical order; what is no board stands as it is written."""
    parts = (" ".join(part.replace("&", " and ").split()) for part in re.split(r"[,;/]", specialty or ""))
    return tuple(sorted({board for part in parts if part for board in _boards_in(part)}))


def _boards_in(words: str) -> tuple[str, ...]:
    """Return the board that words name, or the two between which an "and" stands."""
    board = _board(words)
    if board in BOARDS:
        return (board,)
    both = [_board(part) for part in words.split(" and ")]
    return tuple(both) if len(both) == 2 and all(one in BOARDS for one in both) else (board,)


def _board(words: str) -> str:
    known = _BY_WORDS.get(words.lower())
    if known is not None:
        return known
    near = get_close_matches(words.lower(), _BY_WORDS, n=1, cutoff=ALIKE)
    return _BY_WORDS[near[0]] if near else words

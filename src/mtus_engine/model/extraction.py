"""The rules by which facts are read from decisions: the documents of rules/extraction/, and what they compile to."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import Field

from mtus_engine.model.authored import Authored, FactName, Identifier, LineText, ValueSource
from mtus_engine.model.casefile import Confidence, Speaker
from mtus_engine.model.fact import Fact
from mtus_engine.model.lazy_pattern import LazyPattern
from mtus_engine.model.papers import Papers

Section = Literal["request", "summary", "rationale"]
CueRole = Literal[
    "not_documented",
    "negated",
    "hedged",
    "planned",
    "recorded",
    "quoted",
    "conditional",
    "intended",
    "argued",
    "another_person",
    "another_part",
    "earlier",
    "at_first",
]
# What is said in one of these contexts is not stated of this worker as a fact.
NOT_ASSERTED = frozenset({"quoted", "conditional", "intended", "argued", "another_person", "another_part", "earlier"})


class PhrasesDocument(Authored):
    """The phrases by which documents name the members of a fact; one in capitals is found only in capitals."""

    phrases_for: FactName
    phrases: dict[str, tuple[str, ...]]


class CueEntry(Authored):
    """Phrases that tell one fact, or that give one ground.

    value: what the phrases say of the fact, true where it is left out; "{number}", "{date}", "{icd}", "{therapy}" and
    "{member}" stand for what was found at that place of the phrase. members_of: the fact whose members "{member}"
    names, if it is another than fact. every: the value is all members that the sentence names from the phrase on;
    otherwise: the value where it names none. latest: of several dates the last counts. inferred: the phrases do not
    state the fact; a reader concludes it from them.

    negated: what a negation makes of the value; left out, a boolean becomes its opposite and anything else is dropped.
    not_found: what "no evidence of" makes of it. not_documented: the phrases themselves say that nothing was found.
    planned: what is only planned or asked for is kept, too.

    silence: the phrases name a matter, and tell that it was looked for and not found where the sentence says that the
    record does not tell it; elsewhere they tell nothing.

    with_one_of: phrases of which the sentence must hold one. without: phrases of which the clause around it must hold
    none; not_beside: those of which the whole sentence must hold none. about: the treatments spoken of; such a
    statement goes to the items that ask for one of them. ground and finding: the criterion or limit that the phrases
    give a reason about, and how it was found. of_kind_named: phrases that name no therapy speak of the kind of therapy
    that is named nearest to them in the sentence. implies: what else is so where the phrases name a therapy, whatever
    they say of it: who improved with it, or did not, has had it. confidence: the most that its statements are trusted.
    figures: of two figures in the words the second must be less (falling) or more (rising).
    """

    id: Identifier
    fact: FactName | None = None
    members_of: FactName | None = None
    ground: Identifier | None = None
    finding: Literal["not_met", "not_documented", "met"] | None = None
    value: ValueSource = None
    of_kind_named: bool = False
    confidence: Confidence | None = None
    figures: Literal["falling", "rising"] | None = None
    every: bool = False
    otherwise: str | None = None
    latest: bool = False
    inferred: bool = False
    not_documented: bool = False
    silence: bool = False
    negated: Literal["opposite", "not_documented", "nothing", "same"] | None = None
    not_found: Literal["not_documented", "nothing"] = "not_documented"
    planned: bool = False
    phrases: tuple[LineText, ...] = Field(min_length=1)
    with_one_of: tuple[LineText, ...] = ()
    without: tuple[LineText, ...] = ()
    not_beside: tuple[LineText, ...] = ()
    sections: tuple[Section, ...] = Field(default=("summary", "rationale"), min_length=1)
    about: tuple[str, ...] = ()
    by: Speaker | None = None
    note: LineText | None = None
    implies: dict[FactName, ValueSource] = Field(default_factory=dict)


class CuesDocument(Authored):
    """A file of cues."""

    cues: tuple[CueEntry, ...]


class ContextPhrases(Authored):
    """Phrases that change what a cue in the same sentence says: before it, after it, or on either side."""

    before: tuple[LineText, ...] = ()
    after: tuple[LineText, ...] = ()
    around: tuple[LineText, ...] = ()


class ContextDocument(Authored):
    """The file of context: what negates, what says that nothing was found, who speaks.

    ends are words that stop the reach of such a phrase; is_none_of_these are phrases that only look like one. A
    sentence of a rationale speaks of guidelines or of medicine in_general, and not of this case, if it holds one of
    those words and none of the words of_the_case; with one of conclusions it is no ground. kinds are further words for
    treatments, each with all that it may mean; stands_for gives for a treatment the one whose visits count for it.
    spelled lists the misspellings of a word. words are classes of words by name: <name> in a phrase stands for any word
    of the class.
    """

    context: dict[CueRole, ContextPhrases]
    ends: tuple[LineText, ...] = ()
    of_the_case: tuple[LineText, ...] = ()
    in_general: tuple[LineText, ...] = ()
    conclusions: tuple[LineText, ...] = ()
    is_none_of_these: tuple[LineText, ...] = ()
    speakers: dict[Speaker, tuple[LineText, ...]] = Field(default_factory=dict)
    kinds: dict[LineText, tuple[str, ...]] = Field(default_factory=dict)
    stands_for: dict[str, str] = Field(default_factory=dict)
    spelled: dict[LineText, tuple[str, ...]] = Field(default_factory=dict)
    words: dict[str, tuple[LineText, ...]] = Field(default_factory=dict)


Phrases = Mapping[str, Mapping[str, tuple[str, ...]]]


class Cue(NamedTuple):
    """A cue ready to search with: one pattern for each phrase; members gives, by words, what "{member}" stands for.

    anchors holds sets of words for each pattern: wherever the pattern is found, a word of every set stands, too.
    """

    entry: CueEntry
    fact: Fact | None
    members: Mapping[str, str]
    patterns: tuple[LazyPattern, ...]
    with_one_of: tuple[LazyPattern, ...]
    without: tuple[LazyPattern, ...]
    not_beside: tuple[LazyPattern, ...] = ()
    anchors: tuple[tuple[frozenset[str], ...], ...] = ()
    implied: tuple[tuple[Fact, ValueSource], ...] = ()


class Modifier(NamedTuple):
    """A phrase that changes what a cue says.

    direction is FORWARD where it reaches the cues after it, BACKWARD those before it, BIDIRECTIONAL both; TERMINATE
    where it stops the reach of others, PSEUDO where it only looks like context.
    """

    role: str
    direction: str
    pattern: LazyPattern
    anchors: tuple[frozenset[str], ...] = ()


class Extraction(NamedTuple):
    """The extraction rules of a rule folder.

    phrases holds the phrases of each member, by fact; kinds maps each phrase of a treatment to the treatments it may
    mean; stands_for gives for a treatment the one whose visits count for it. others are the members that stand for
    what no other member of their fact names.
    """

    phrases: Phrases
    cues: tuple[Cue, ...]
    modifiers: tuple[Modifier, ...]
    speakers: tuple[tuple[Speaker, LazyPattern], ...]
    of_the_case: tuple[LazyPattern, ...]
    in_general: tuple[LazyPattern, ...]
    conclusions: tuple[LazyPattern, ...]
    kinds: Mapping[str, tuple[str, ...]]
    stands_for: Mapping[str, str]
    papers: Papers
    spelled: Mapping[str, tuple[str, ...]] = {}
    others: frozenset[str] = frozenset()

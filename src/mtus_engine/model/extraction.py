"""How decisions speak: the documents of rules/extraction/, and what they compile to."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import Field

from mtus_engine.model.authored import Authored, FactName, Identifier, Line, ValueSource
from mtus_engine.model.casefile import Confidence, Speaker
from mtus_engine.model.fact import Fact
from mtus_engine.model.papers import Papers

Section = Literal["request", "summary", "rationale"]
Role = Literal[
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
]
# What is said in such a context is not asserted of this worker, as a fact.
NOT_ASSERTED = frozenset({"quoted", "conditional", "intended", "argued", "another_person", "another_part", "earlier"})


class PhrasesDocument(Authored):
    """A list of phrases: how documents name the members of a fact; those in capitals are told by case."""

    phrases_for: FactName
    phrases: dict[str, tuple[str, ...]]


class CueEntry(Authored):
    """Phrases that tell one fact, or that give one ground.

    value: what they say of the fact, true where it is left out; "{number}", "{date}", "{icd}", "{therapy}" and
    "{member}" stand for what a phrase found at such a place. members_of: the fact whose members "{member}" names,
    where it is not the cue's own. every: all members that the sentence names from the phrase on; otherwise: what it
    says where it names none. latest: of several dates the last counts. inferred: a reader concludes it.

    negated: what a negation makes of it, for a boolean the opposite, else nothing, unless said. not_found: what "no
    evidence of" makes of it. not_documented: the phrases themselves say that nothing was found. planned: kept, too,
    where it is only planned or asked for.

    with_one_of, without: phrases that the sentence must, and must not, hold. about: the treatments spoken of; such a
    statement goes to the items that ask for one of them. ground and finding: the criterion or limit that the phrases
    are a reason about, and how it was found. of_kind_named: where the sentence names a kind of therapy, phrases that
    name none speak of the one that stands nearest. implies: what else is so where the phrases name a therapy, whatever
    they say of it: who improved with it, or did not, has had it. confidence: how sure what it tells is at the most.
    """

    id: Identifier
    fact: FactName | None = None
    members_of: FactName | None = None
    ground: Identifier | None = None
    finding: Literal["not_met", "not_documented", "met"] | None = None
    value: ValueSource = None
    of_kind_named: bool = False
    confidence: Confidence | None = None
    every: bool = False
    otherwise: str | None = None
    latest: bool = False
    inferred: bool = False
    not_documented: bool = False
    negated: Literal["opposite", "not_documented", "nothing", "same"] | None = None
    not_found: Literal["not_documented", "nothing"] = "not_documented"
    planned: bool = False
    phrases: tuple[Line, ...] = Field(min_length=1)
    with_one_of: tuple[Line, ...] = ()
    without: tuple[Line, ...] = ()
    sections: tuple[Section, ...] = Field(default=("summary", "rationale"), min_length=1)
    about: tuple[str, ...] = ()
    by: Speaker | None = None
    note: Line | None = None
    implies: dict[FactName, ValueSource] = Field(default_factory=dict)


class CuesDocument(Authored):
    """A file of cues."""

    cues: tuple[CueEntry, ...]


class ContextPhrases(Authored):
    """Phrases that change what a cue in the same sentence says: before it, after it, or on either side."""

    before: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()
    around: tuple[Line, ...] = ()


class ContextDocument(Authored):
    """The file of context: what negates, what says that nothing was found, who speaks.

    ends stops the reach of such a phrase. of_the_case are words of which a rationale's sentence holds one where it
    speaks of this case and not of guidelines; conclusions those of a sentence that is no ground. kinds are further
    words for treatments, with all that they may mean; stands_for names the treatment whose visits count for another.
    spelled lists misspelled words by the right one. words are classes of words by their names: a phrase writes <name>
    for any of them.
    """

    context: dict[Role, ContextPhrases]
    ends: tuple[Line, ...] = ()
    of_the_case: tuple[Line, ...] = ()
    conclusions: tuple[Line, ...] = ()
    is_none_of_these: tuple[Line, ...] = ()
    speakers: dict[Speaker, tuple[Line, ...]] = Field(default_factory=dict)
    kinds: dict[Line, tuple[str, ...]] = Field(default_factory=dict)
    stands_for: dict[str, str] = Field(default_factory=dict)
    spelled: dict[Line, tuple[str, ...]] = Field(default_factory=dict)
    words: dict[str, tuple[Line, ...]] = Field(default_factory=dict)


Phrases = Mapping[str, Mapping[str, tuple[str, ...]]]


class Cue(NamedTuple):
    """A cue ready to search with: one pattern a phrase; members are those that "{member}" may name, by their words.

    anchors are, a pattern, sets of words: of each one stands wherever the pattern is found.
    """

    entry: CueEntry
    fact: Fact | None
    members: Mapping[str, str]
    patterns: tuple[re.Pattern[str], ...]
    with_one_of: tuple[re.Pattern[str], ...]
    without: tuple[re.Pattern[str], ...]
    anchors: tuple[tuple[frozenset[str], ...], ...] = ()
    implied: tuple[tuple[Fact, ValueSource], ...] = ()


class Modifier(NamedTuple):
    """A phrase that changes what a cue says; direction is forward, backward, terminate or pseudo."""

    role: str
    direction: str
    pattern: re.Pattern[str]
    anchors: tuple[frozenset[str], ...] = ()


class Extraction(NamedTuple):
    """The extraction rules of a rule folder.

    phrases name members by fact; kinds maps each phrase of a treatment to the treatments it may mean; stands_for
    names the treatment whose visits count for another.
    """

    phrases: Phrases
    cues: tuple[Cue, ...]
    modifiers: tuple[Modifier, ...]
    speakers: tuple[tuple[Speaker, re.Pattern[str]], ...]
    of_the_case: tuple[re.Pattern[str], ...]
    conclusions: tuple[re.Pattern[str], ...]
    kinds: Mapping[str, tuple[str, ...]]
    stands_for: Mapping[str, str]
    papers: Papers
    spelled: Mapping[str, tuple[str, ...]] = {}

"""Compiles the documents of rules/extraction/ into extraction rules; all mistakes in them are reported together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mtus_engine.compiler.literals import values_of
from mtus_engine.compiler.papers import papers
from mtus_engine.compiler.phrases import anchors, cue_value, noted_pattern, noted_patterns
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.compiler.word_classes import note_lone_words, note_unfit_classes, noted_phrases
from mtus_engine.loader.folder import Loaded
from mtus_engine.loader.source import Document, Node, Plain, Tree
from mtus_engine.model.diagnostic import Rejected, did_you_mean
from mtus_engine.model.extraction import (
    ContextDocument,
    Cue,
    CueEntry,
    CuesDocument,
    Extraction,
    Modifier,
    Phrases,
    PhrasesDocument,
)
from mtus_engine.model.fact import Fact
from mtus_engine.model.ruleset import Ruleset


def extraction(loaded: Iterable[Loaded], ruleset: Ruleset, shared: Iterable[Loaded] = ()) -> Extraction:
    """Return the extraction rules; raises Rejected with the mistakes of all files.

    shared are the files of another jurisdiction's pack: only their cues about facts and grounds known here are used.
    """
    problems = Problems()
    of_others = [(one.authored, Place(one.source)) for one in shared]
    files = [*of_others, *((one.authored, Place(one.source)) for one in loaded)]
    phrases: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for authored, place in files:
        if isinstance(authored, PhrasesDocument):
            _check_phrases(authored, place, ruleset, problems)
            phrases[authored.phrases_for] = _with_phrases(phrases.get(authored.phrases_for, {}), authored.phrases)
    context, where = _context(files, problems)
    kinds = _kinds(context, phrases, ruleset, where, problems)
    speakers = tuple(
        (speaker, one)
        for speaker, words in context.speakers.items()
        for one in noted_patterns(words, {}, where / "speakers" / speaker, problems)
    )
    of_the_case = tuple(noted_patterns(context.of_the_case, {}, where / "of_the_case", problems))
    in_general = tuple(noted_patterns(context.in_general, {}, where / "in_general", problems))
    conclusions = tuple(noted_patterns(context.conclusions, {}, where / "conclusions", problems))
    compiler = _Cues(ruleset, phrases, kinds, context.words, problems)
    cues = [
        cue
        for n, (authored, place) in enumerate(files)
        if isinstance(authored, CuesDocument)
        for cue in compiler.of(authored, place, is_shared=n < len(of_others))
    ]
    modifiers = tuple(_modifiers(context, where, problems))
    of_papers = papers(files, ruleset, problems)
    if problems.found:
        raise Rejected(tuple(problems.found))
    return Extraction(
        phrases,
        tuple(cues),
        modifiers,
        speakers,
        of_the_case,
        in_general,
        conclusions,
        kinds,
        context.stands_for,
        of_papers,
        context.spelled,
        frozenset(one for one in (ruleset.roles.other_treatment, ruleset.roles.other_procedure) if one is not None),
    )


def _with_phrases(
    before: Mapping[str, tuple[str, ...]], further: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the phrases of several packs for the members of one fact."""
    return {member: (*before.get(member, ()), *further.get(member, ())) for member in {**before, **further}}


def _check_phrases(document: PhrasesDocument, place: Place, ruleset: Ruleset, problems: Problems) -> None:
    fact = ruleset.facts.get(document.phrases_for)
    if fact is None:
        near = did_you_mean(document.phrases_for, tuple(ruleset.facts))
        problems.add(place / "phrases_for", "MT301", f"unknown fact {document.phrases_for}{near}")
        return
    members = _members(fact)
    for member in document.phrases:
        if member not in members:
            message = f"{fact.name} has no member {member}{did_you_mean(member, members)}"
            problems.add(place / "phrases" / member, "MT302", message, at_key=True)


def _members(fact: Fact) -> tuple[str, ...]:
    return tuple(name for name, _ in fact.members)


def _context(files: Sequence[tuple[object, Place]], problems: Problems) -> tuple[ContextDocument, Place]:
    found = [(authored, place) for authored, place in files if isinstance(authored, ContextDocument)]
    for _, place in found[1:]:
        problems.add(place, "MT309", "a second file of context", f"one file says it all: {found[0][1].document.file}")
    for document, place in found[:1]:
        note_unfit_classes(document.words, place / "words", problems)
    nowhere = Place(Document("", (), Node(Tree.MAPPING, 0, 0)))
    return found[0] if found else (ContextDocument(context={}), nowhere)


def _kinds(
    context: ContextDocument, phrases: Phrases, ruleset: Ruleset, place: Place, problems: Problems
) -> dict[str, tuple[str, ...]]:
    """Return each phrase that names a kind of treatment with what it may mean; PT in capitals is found so alone."""
    treatment = ruleset.roles.treatment
    members = _members(ruleset.facts[treatment])
    kinds: dict[str, tuple[str, ...]] = {
        words: (member,) for member, listed in phrases.get(treatment, {}).items() for words in listed
    }
    for words, listed in context.kinds.items():
        _check_treatments(listed, members, place / "kinds" / words, problems)
        kinds[words] = listed
    _check_treatments(tuple(context.stands_for.values()), members, place / "stands_for", problems)
    return {words if words.isupper() else words.lower(): listed for words, listed in kinds.items()}


def _check_treatments(listed: tuple[str, ...], members: tuple[str, ...], place: Place, problems: Problems) -> None:
    for one in listed:
        if one not in members:
            problems.add(
                place, "MT302", f"no treatment {one}{did_you_mean(one, members)}", "mtus treatments lists them"
            )


_SIDES = (("before", "FORWARD"), ("after", "BACKWARD"), ("around", "BIDIRECTIONAL"))


def _modifiers(context: ContextDocument, place: Place, problems: Problems) -> Iterable[Modifier]:
    for role, phrases in context.context.items():
        for side, direction in _SIDES:
            where = place / "context" / role / side
            yield from _modifiers_of(getattr(phrases, side), role, direction, context.words, where, problems)
    yield from _modifiers_of(context.ends, "end", "TERMINATE", context.words, place / "ends", problems)
    yield from _modifiers_of(
        context.is_none_of_these, "none", "PSEUDO", context.words, place / "is_none_of_these", problems
    )


def _modifiers_of(
    words: Sequence[str],
    role: str,
    direction: str,
    classes: Mapping[str, tuple[str, ...]],
    place: Place,
    problems: Problems,
) -> Iterator[Modifier]:
    for n, phrase in enumerate(noted_phrases(words, classes, place, problems)):
        if (one := noted_pattern(phrase, {}, place / n, problems)) is not None:
            yield Modifier(role, direction, one, anchors(phrase, {}))


class _Cues:
    """Compiles the cues of several files; no two of them may have the same id."""

    def __init__(
        self,
        ruleset: Ruleset,
        phrases: Phrases,
        kinds: Mapping[str, tuple[str, ...]],
        classes: Mapping[str, tuple[str, ...]],
        problems: Problems,
    ) -> None:
        self._ruleset = ruleset
        self._classes = classes
        self._phrases = phrases
        self._kinds = kinds
        self._problems = problems
        self._seen: dict[str, str] = {}
        self._criteria = {rule.id for edition in ruleset.editions for rule in edition.criteria}
        self._criteria |= {limit.id for edition in ruleset.editions for limit in edition.limits}

    def of(self, document: CuesDocument, place: Place, *, is_shared: bool = False) -> Iterable[Cue]:
        """Yield the cues of one file; of a shared file, only those about known facts, criteria and limits."""
        for n, entry in enumerate(document.cues):
            where = place / "cues" / n
            if is_shared and not self._is_known(entry):
                continue
            if entry.id in self._seen:
                also = f"the cue {entry.id} is also in {self._seen[entry.id]}"
                self._problems.add(where / "id", "MT309", also, "give it another id")
            self._seen[entry.id] = place.document.file
            yield self._cue(entry, where)

    def _is_known(self, entry: CueEntry) -> bool:
        facts = [name for name in (entry.fact, entry.members_of, *entry.implies) if name is not None]
        return all(name in self._ruleset.facts for name in facts) and entry.ground in {None, *self._criteria}

    def _cue(self, entry: CueEntry, place: Place) -> Cue:
        fact = self._fact(entry, place)
        listed = self._member_phrases(entry, place)
        about = set(entry.about)
        therapies = [words for words, of in self._kinds.items() if not about or about & set(of)]
        named = {"therapy": therapies, "member": [words for of in listed.values() for words in of]}
        phrases, with_one_of, without, not_beside = (
            noted_phrases(listed, self._classes, place / key, self._problems)
            for key, listed in (
                ("phrases", entry.phrases),
                ("with_one_of", entry.with_one_of),
                ("without", entry.without),
                ("not_beside", entry.not_beside),
            )
        )
        note_lone_words(phrases, place / "phrases", self._problems)
        return Cue(
            entry,
            fact,
            {words.lower(): member for member, of in listed.items() for words in of},
            tuple(noted_patterns(phrases, named, place / "phrases", self._problems)),
            tuple(noted_patterns(with_one_of, named, place / "with_one_of", self._problems)),
            tuple(noted_patterns(without, named, place / "without", self._problems)),
            tuple(noted_patterns(not_beside, named, place / "not_beside", self._problems)),
            tuple(anchors(phrase, named) for phrase in phrases),
            tuple(self._implied_facts(entry, place / "implies")),
        )

    def _implied_facts(self, entry: CueEntry, place: Place) -> Iterator[tuple[Fact, Plain]]:
        for name, value in entry.implies.items():
            fact = self._ruleset.facts.get(name)
            if fact is None:
                near = did_you_mean(name, tuple(self._ruleset.facts))
                self._problems.add(place / name, "MT301", f"unknown fact {name}{near}", "mtus facts lists them all")
                continue
            try:
                values_of(fact, value)
            except Misfit as misfit:
                self._problems.add(place / name, "MT302", str(misfit), misfit.cure)
                continue
            yield fact, value

    def _member_phrases(self, entry: CueEntry, place: Place) -> Mapping[str, tuple[str, ...]]:
        """Return the phrases of the members that a cue may name: those listed for them, else their labels."""
        name = str(entry.members_of or entry.fact)
        fact = self._ruleset.facts.get(name)
        if fact is None and entry.members_of:
            near = did_you_mean(name, tuple(self._ruleset.facts))
            self._problems.add(place / "members_of", "MT301", f"unknown fact {name}{near}")
        labels = {} if fact is None else {member: (label,) for member, label in fact.members}
        return self._phrases.get(name, labels)

    def _fact(self, entry: CueEntry, place: Place) -> Fact | None:
        add = self._problems.add
        if (entry.fact is None) == (entry.ground is None):
            add(place, "MT316", "a cue tells a fact or gives a ground", "write fact: or ground:")
            return None
        treatments = _members(self._ruleset.facts[self._ruleset.roles.treatment])
        _check_treatments(entry.about, treatments, place / "about", self._problems)
        if entry.ground is not None:
            if entry.ground not in self._criteria:
                near = did_you_mean(entry.ground, tuple(sorted(self._criteria)))
                add(place / "ground", "MT301", f"no guideline has a criterion or limit {entry.ground}{near}")
            return None
        fact = self._ruleset.facts.get(str(entry.fact))
        if fact is None:
            near = did_you_mean(str(entry.fact), tuple(self._ruleset.facts))
            add(place / "fact", "MT301", f"unknown fact {entry.fact}{near}", "mtus facts lists them all")
            return None
        self._check_value(fact, entry, place, treatments)
        self._check_places(entry, place)
        return fact

    def _check_places(self, entry: CueEntry, place: Place) -> None:
        """Note phrases that lack the placeholder, such as {number}, from which the cue takes its value."""
        value = entry.value.values() if isinstance(entry.value, Mapping) else [entry.value]
        wanted = [one for one in value if isinstance(one, str) and one.startswith("{")]
        for n, phrase in enumerate(entry.phrases):
            places = phrase.replace("{ratio}", "{number} {whole}")
            places = places.replace("{sum}", "{number}").replace("{ordinal}", "{number}")
            for missing in (one for one in wanted if one not in places):
                message = f'the value is {missing}, and "{phrase}" has no such place'
                self._problems.add(place / "phrases" / n, "MT316", message, f"write {missing} where it stands")

    def _check_value(self, fact: Fact, entry: CueEntry, place: Place, treatments: tuple[str, ...]) -> None:
        if entry.not_documented or entry.silence or entry.every:
            return
        sample = _members(fact)[:1]
        given: dict[str, Plain] = {
            "icd": "M54.5",
            "number": 1,
            "whole": 1,
            "therapy": treatments[0],
            "date": "2016-01-02",
            "member": sample[0] if sample else "",
        }
        try:
            values_of(fact, cue_value(entry, fact, given))
        except Misfit as misfit:
            self._problems.add(place / "value", "MT302", str(misfit), misfit.cure)

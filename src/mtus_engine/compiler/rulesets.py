"""All rule documents of a folder as one ruleset; every mistake of every file is reported at once."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.compiler.editions import edition
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.scope import Placed, Scope, widened_scope
from mtus_engine.compiler.vocabulary import base_facts, checked_publishers, checked_roles, code_prefixes
from mtus_engine.loader.folder import Loaded, RuleFiles
from mtus_engine.model.authored import Authored
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean
from mtus_engine.model.fact import Code, Fact
from mtus_engine.model.guideline import (
    DefinitionsDocument,
    GuidelineDocument,
    Notice,
    NoticesDocument,
    OutcomesDocument,
)
from mtus_engine.model.prediction import Prediction
from mtus_engine.model.quotes import quoted_facts
from mtus_engine.model.ruleset import Edition, Formula, Mark, NoticeRule, Ruleset
from mtus_engine.model.vocabulary import CodesDocument, Impossible, Roles, VocabularyDocument

Doc = TypeVar("Doc", bound=Authored)

# Names that an unread file may have brought: not reported while such a file is broken.
_UNKNOWN_NAMES = {"MT301", "MT308", "MT309"}


def compiled_ruleset(files: RuleFiles) -> Ruleset:
    """Return the ruleset of the files; raises Rejected with the mistakes of all of them."""
    problems = Problems(list(files.problems))
    vocabulary = _only_document(files, VocabularyDocument, "vocabulary.yaml", problems)
    outcomes = _only_document(files, OutcomesDocument, "outcomes.yaml", problems)
    if vocabulary is None or outcomes is None:
        raise Rejected(tuple(problems.found))
    place = Place(vocabulary[0].source)
    codes = _codes(files, vocabulary[1], problems)
    facts = base_facts(vocabulary[1], codes, _words_of_members(files), place, problems)
    shared = widened_scope(Scope(facts), _shared_definitions(files), problems)
    roles = checked_roles(vocabulary[1], shared.facts, place, problems)
    publishers = checked_publishers(vocabulary[1], place, problems)
    editions = _editions(files, shared, roles, problems)
    beside, notices = _notices(files, shared, problems)
    impossible = _impossible(vocabulary[1].impossible, beside, place / "impossible", problems)
    found = [d for d in problems.found if files.are_all_read or d.code not in _UNKNOWN_NAMES]
    if found:
        raise Rejected(tuple(found))
    conditions = [condition for rule in (*notices, *impossible) for condition in (rule.applies, rule.when)]
    watched = [name for condition in conditions if condition is not None for name in fact_names(condition)]
    always = (
        roles.units_requested,
        roles.units_disputed,
        roles.units_authorized,
        roles.service_date,
        *roles.units_prior,
    )
    # A source may state what an edition defines; the limits' own hidden facts have spaces in their names.
    own = {name: fact for e in editions for name, fact in e.facts.items() if " " not in name}
    stateable = {**own, **shared.facts}
    return Ruleset(
        facts=_facts_with_barred_presumptions(
            {name: stateable[name] for name in (*shared.facts, *own)}, editions, beside
        ),
        roles=roles,
        editions=editions,
        notices=notices,
        impossible=impossible,
        beside=closure([*watched, *_quoted_names(notices), *always], beside.derived),
        beside_facts=beside.facts,
        outcomes=_outcomes(outcomes[1]),
        publishers=publishers,
        digest=files.digest,
    )


def _facts_with_barred_presumptions(
    facts: Mapping[str, Fact], editions: Sequence[Edition], beside: Scope
) -> dict[str, Fact]:
    """Return the facts, nothing presumed of one once a source speaks of what is defined from it."""
    by_name: dict[str, list[Formula]] = {}
    for entry in (*beside.derived, *(entry for one in editions for entry in one.derived)):
        by_name.setdefault(entry.fact.name, []).append(entry.formula)
    barring: dict[str, list[str]] = {}
    for name in (name for name in by_name if name in facts):
        reached, pending = set[str](), [name]
        while pending:
            read = [inner for formula in by_name.get(pending.pop(), ()) for inner in inputs_of(formula)]
            pending.extend(inner for inner in read if inner not in reached)
            reached.update(read)
        for inner in reached:
            barring.setdefault(inner, []).append(name)
    return {
        name: fact
        if fact.presume is None or name not in barring
        else fact._replace(presume_barred_by=(*fact.presume_barred_by, *barring[name]))
        for name, fact in facts.items()
    }


def _documents_of(files: RuleFiles, model: type[Doc]) -> list[tuple[Loaded, Doc]]:
    return [(loaded, loaded.authored) for loaded in files.loaded if isinstance(loaded.authored, model)]


def _only_document(files: RuleFiles, model: type[Doc], name: str, problems: Problems) -> tuple[Loaded, Doc] | None:
    found = _documents_of(files, model)
    for loaded, _ in found[1:]:
        problems.add(
            Place(loaded.source), "MT307", f"there is another {name}: {found[0][0].source.file}", "keep one of the two"
        )
    if not found and not files.problems:
        problems.found.append(Diagnostic("MT110", files.folder, 1, 1, f"no {name} here", "every rule folder holds one"))
    return found[0] if found else None


def _codes(files: RuleFiles, vocabulary: VocabularyDocument, problems: Problems) -> dict[str, tuple[Code, ...]]:
    return {
        document.codes_for: tuple(code_prefixes(document, vocabulary.facts, Place(loaded.source), problems))
        for loaded, document in _documents_of(files, CodesDocument)
    }


def _words_of_members(files: RuleFiles) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return, by fact, the words that name each of its members."""
    return {
        document.codes_for: tuple((member, group.words) for member, group in document.groups.items() if group.words)
        for _, document in _documents_of(files, CodesDocument)
    }


def _shared_definitions(files: RuleFiles) -> Placed:
    return [(d.definitions, d.tables, Place(loaded.source)) for loaded, d in _documents_of(files, DefinitionsDocument)]


def _editions(files: RuleFiles, shared: Scope, roles: Roles, problems: Problems) -> tuple[Edition, ...]:
    documents = _documents_of(files, GuidelineDocument)
    names = tuple(document.guideline for _, document in documents)
    seen: dict[str, str] = {}
    editions = []
    for loaded, document in documents:
        place = Place(loaded.source)
        for n, name in enumerate(document.takes_precedence_over):
            if name not in names:
                cure = "guidelines here: " + ", ".join(dict.fromkeys(names))
                problems.add(
                    place / "takes_precedence_over" / n,
                    "MT309",
                    f"unknown guideline {name}{did_you_mean(name, names)}",
                    cure,
                )
        _check_precedence(document, documents, place / "takes_precedence_over", problems)
        compiled_edition = edition(document, shared, roles, place, problems)
        if compiled_edition is None:
            continue
        first = seen.setdefault(compiled_edition.key, loaded.source.file)
        if first != loaded.source.file:
            problems.add(
                place / "in_force" / "from",
                "MT307",
                f"{compiled_edition.key} is also in {first}",
                "keep one of the two",
            )
        editions.append(compiled_edition)
    return tuple(editions)


def _check_precedence(
    document: GuidelineDocument, documents: Sequence[tuple[Loaded, GuidelineDocument]], place: Place, problems: Problems
) -> None:
    """Note a guideline that takes precedence over itself, directly or by way of others."""
    over = {d.guideline: set[str]() for _, d in documents}
    for _, d in documents:
        over[d.guideline] |= set(d.takes_precedence_over)
    reached, pending = set[str](), list(document.takes_precedence_over)
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending.extend(over.get(name, ()))
    if document.guideline in reached:
        cure = "remove one of the two directions"
        problems.add(
            place, "MT309", f"{document.guideline} takes precedence over itself, by way of others or directly", cure
        )


def _notices(files: RuleFiles, shared: Scope, problems: Problems) -> tuple[Scope, tuple[NoticeRule, ...]]:
    documents = _documents_of(files, NoticesDocument)
    scope = widened_scope(
        shared, [(d.definitions, d.tables, Place(loaded.source)) for loaded, d in documents], problems
    )
    rules = []
    for loaded, document in documents:
        for n, notice in enumerate(document.notices):
            place = Place(loaded.source) / "notices" / n
            rule = _notice(notice, scope, place, problems)
            rules.extend([] if rule is None else [rule])
    return scope, tuple(rules)


def _notice(notice: Notice, scope: Scope, place: Place, problems: Problems) -> NoticeRule | None:
    _check_quotes(notice, scope, place / "says", problems)
    if notice.when is None and notice.applies_when is None and not notice.findings:
        cure = "say when: it holds, or beside which findings: it stands"
        problems.add(place / "id", "MT314", f"the notice {notice.id} stands beside everything", cure)
    before = len(problems.found)
    applies, when = (
        None if plain is None else scope.reader(problems).condition(plain, place / key)
        for key, plain in (("applies_when", notice.applies_when), ("when", notice.when))
    )
    if len(problems.found) > before:
        return None
    return NoticeRule(
        id=notice.id,
        cite=notice.cite,
        says=notice.says,
        when=when,
        mark=Mark(notice.verified, notice.reading, notice.seen_in),
        applies=applies,
        findings=frozenset(notice.findings),
        settings=frozenset(notice.settings),
    )


def _check_quotes(notice: Notice, scope: Scope, place: Place, problems: Problems) -> None:
    if notice.says.count("{") != notice.says.count("}"):
        problems.add(place, "MT313", "a brace in the text is not closed, or not opened", "quote a fact as {fact.name}")
        return
    for name in quoted_facts(notice.says):
        scope.reader(problems).known_fact(name, place)


def _quoted_names(notices: Sequence[NoticeRule]) -> list[str]:
    return [name for notice in notices for name in quoted_facts(notice.says)]


def _impossible(
    entries: Sequence[Impossible], scope: Scope, place: Place, problems: Problems
) -> tuple[NoticeRule, ...]:
    read: list[tuple[Impossible, Condition | None]] = [
        (entry, scope.reader(problems).condition(entry.when, place / n / "when")) for n, entry in enumerate(entries)
    ]
    return tuple(NoticeRule(entry.id, "", entry.says, when, Mark()) for entry, when in read if when is not None)


def _outcomes(document: OutcomesDocument) -> Mapping[tuple[str, str], Prediction]:
    return {
        (setting, finding): Prediction(setting, outcome.outcome, outcome.says, outcome.in_part, outcome.firmness)
        for setting, findings in document.settings.items()
        for finding, outcome in findings.items()
    }

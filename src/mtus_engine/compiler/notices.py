"""Compiles notices, and the combinations of facts that are impossible."""

from collections.abc import Sequence

from mtus_engine.compiler.namespaces import check_definitions, check_namespace
from mtus_engine.compiler.packs import documents_of, namespace_among, pack_of
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.scope import Scope, widened_scope
from mtus_engine.compiler.vocabulary import VocabularyChapter
from mtus_engine.loader.folder import RuleFiles
from mtus_engine.model.condition import Condition, fact_names
from mtus_engine.model.formula import Mark
from mtus_engine.model.guideline import Notice, NoticesDocument
from mtus_engine.model.quotes import quoted_facts
from mtus_engine.model.ruleset import NoticeRule
from mtus_engine.model.vocabulary import Impossible


def notice_rules(parts: Sequence[RuleFiles], shared: Scope, problems: Problems) -> tuple[Scope, tuple[NoticeRule, ...]]:
    """Return the scope widened by the definitions that only notices use, and the notices of all packs."""
    documents = [(files, loaded, one) for files in parts for loaded, one in documents_of(files, NoticesDocument)]
    added = [(d.definitions, d.tables, Place(loaded.source)) for _, loaded, d in documents]
    scope = widened_scope(shared, added, problems)
    rules: dict[str, NoticeRule] = {}
    for files, loaded, document in documents:
        check_definitions(document.definitions, namespace_among(files, parts), Place(loaded.source), problems)
        for n, notice in enumerate(document.notices):
            place = Place(loaded.source) / "notices" / n
            rule = _notice(notice, scope, place, problems)
            if notice.id in rules:
                problems.add(place / "id", "MT306", f"there is another notice {notice.id}", "give it another id")
            if rule is not None:
                rules.setdefault(notice.id, rule._replace(pack=pack_of(files).name))
    return scope, tuple(rules.values())


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
        mark=notice.mark,
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


def quoted_names(notices: Sequence[NoticeRule]) -> list[str]:
    """Return the names of the facts that the text of notices quotes."""
    return [name for notice in notices for name in quoted_facts(notice.says)]


def impossible_rules(chapter: VocabularyChapter, scope: Scope, problems: Problems) -> tuple[NoticeRule, ...]:
    """Return the combinations of facts that no record can truly have."""
    document, place = chapter.document, chapter.place / "impossible"
    read: list[tuple[Impossible, Condition | None]] = [
        (entry, scope.reader(problems).condition(entry.when, place / n / "when"))
        for n, entry in enumerate(document.impossible)
    ]
    for n, (_, when) in enumerate(read):
        for name in fact_names(when) if when is not None and chapter.namespace is not None else ():
            check_namespace(name, chapter.namespace, place / n / "when", problems)
    return tuple(NoticeRule(entry.id, "", entry.says, when, Mark()) for entry, when in read if when is not None)

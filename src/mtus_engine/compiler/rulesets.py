"""Compiles the rule documents of packs into a ruleset for each jurisdiction; all mistakes are reported together."""

from collections.abc import Iterator, Mapping, Sequence

from mtus_engine.compiler.definitions import closure, inputs_of
from mtus_engine.compiler.editions import edition
from mtus_engine.compiler.namespaces import check_definitions
from mtus_engine.compiler.notices import impossible_rules, notice_rules, quoted_names
from mtus_engine.compiler.packs import (
    documents_of,
    jurisdiction_of,
    namespace_among,
    only_document,
    overlays_among,
    pack_of,
)
from mtus_engine.compiler.problems import Place, Problems
from mtus_engine.compiler.roles import checked_publishers, checked_roles
from mtus_engine.compiler.scope import Placed, Scope, widened_scope
from mtus_engine.compiler.vocabulary import VocabularyChapter, base_facts
from mtus_engine.loader.folder import RuleFiles, digest
from mtus_engine.model.condition import fact_names
from mtus_engine.model.diagnostic import Diagnostic, Rejected, did_you_mean
from mtus_engine.model.fact import Fact
from mtus_engine.model.guideline import DefinitionsDocument, GuidelineDocument, OutcomesDocument
from mtus_engine.model.pack import MANIFEST, Jurisdiction
from mtus_engine.model.prediction import Prediction
from mtus_engine.model.reach import reachable_names
from mtus_engine.model.ruleset import Edition, Ruleset
from mtus_engine.model.vocabulary import CodesDocument, Roles, VocabularyDocument

# Codes for unknown names: not reported while a file cannot be read, since that file may hold the name.
_UNKNOWN_NAMES = {"MT301", "MT308", "MT309"}


def compiled_ruleset(*packs: RuleFiles, jurisdiction: str | None = None) -> Ruleset:
    """Return the ruleset of the packs, given so that needed packs come first; raises Rejected with all their mistakes.

    It is that of the jurisdiction named, else of the pack whose facts all share; others holds those of the rest.
    """
    problems = Problems([problem for files in packs for problem in files.problems])
    home = _home_pack(packs, problems)
    jurisdictions = {one.id: one for one in map(jurisdiction_of, reversed(packs))}
    _check_names(packs, problems)
    compiled: list[Ruleset] = []
    for one in sorted(jurisdictions.values(), key=lambda one: one.id != jurisdiction_of(home).id):
        compiled += _of_jurisdiction(one, packs, home, problems)
    is_all_read = all(files.are_all_read for files in packs)
    if found := [d for d in problems.found if is_all_read or d.code not in _UNKNOWN_NAMES]:
        raise Rejected(tuple(found))
    first = next((r for r in compiled if jurisdiction is None or r.jurisdiction.is_named_by(jurisdiction)), None)
    if first is None:
        known = ", ".join(one.jurisdiction.id for one in compiled)
        message = f"no pack here is for {jurisdiction}"
        raise Rejected((Diagnostic("MT324", jurisdiction or "", 1, 1, message, f"packs are here for: {known}"),))
    return first._replace(others=tuple(one for one in compiled if one is not first))


def _check_names(packs: Sequence[RuleFiles], problems: Problems) -> None:
    """Note each id, name or other word that stands for two jurisdictions: a case could not tell which it means."""
    laws = [(files, jurisdiction_of(files)) for files in packs]
    for n, (files, law) in enumerate(laws):
        for word in (law.id, law.name, *law.called):
            other = next((one for _, one in laws[:n] if one.id != law.id and one.is_named_by(word)), None)
            if other is not None:
                cure = f"write id: {other.id}, if that is meant, or leave the word out"
                message = f"{word} names {other.name} too: whose rules a case is under could not be told"
                problem = Diagnostic("MT324", f"{files.folder}/{MANIFEST}", 1, 1, message, cure)
                problems.found.append(problem)


def _home_pack(packs: Sequence[RuleFiles], problems: Problems) -> RuleFiles:
    """Return the home pack, whose facts all share: the only one with roles in its vocabulary. Else raises Rejected."""
    homes = [files for files in packs if any(d.roles is not None for _, d in documents_of(files, VocabularyDocument))]
    for other in homes[1:]:
        loaded = next(loaded for loaded, _ in documents_of(other, VocabularyDocument))
        cure = f"leave roles: out and say needs: [{pack_of(homes[0]).name}] in pack.yaml"
        message = f"a second vocabulary with roles: {pack_of(homes[0]).name} has one"
        problems.add(Place(loaded.source) / "roles", "MT307", message, cure, at_key=True)
    if len(homes) > 1:
        raise Rejected(tuple(problems.found))
    if homes:
        return homes[0]
    for files in packs:
        for loaded, _ in documents_of(files, VocabularyDocument):
            if files.manifest is None:
                problems.add(Place(loaded.source), "MT202", "the key roles is missing", "add roles: …")
        if files.manifest is not None and not files.manifest.needs and files.are_all_read:
            message = f"{files.manifest.pack} needs no other pack, and its vocabulary says nothing of roles"
            cure = "add needs: [california-mtus], or the pack whose facts it uses"
            problems.found.append(Diagnostic("MT321", f"{files.folder}/{MANIFEST}", 1, 1, message, cure))
    if not problems.found:
        folder = packs[0].folder
        problem = Diagnostic("MT110", folder, 1, 1, "no vocabulary.yaml here", "every rule folder holds one")
        problems.found.append(problem)
    raise Rejected(tuple(problems.found))


# What other jurisdictions take from the home pack: its facts, definitions and codes, but none of its rules.
_SHARED = (VocabularyDocument, DefinitionsDocument, CodesDocument)


def _shared_files(files: RuleFiles) -> RuleFiles:
    return files._replace(loaded=tuple(one for one in files.loaded if isinstance(one.authored, _SHARED)))


def _needed_names(packs: Sequence[RuleFiles], among: Sequence[RuleFiles]) -> set[str]:
    """Return the names of all packs that the given ones need, directly or by way of others."""
    needs = {pack_of(files).name: files.manifest.needs for files in among if files.manifest is not None}
    directly = [name for files in packs for name in needs.get(pack_of(files).name, ())]
    return set(reachable_names(directly, lambda name: needs.get(name, ())))


def _parts_for(law: Jurisdiction, packs: Sequence[RuleFiles], home: RuleFiles) -> list[RuleFiles]:
    """Return the parts of a jurisdiction's ruleset: the home pack, other packs that its own need, then its own."""
    is_at_home = jurisdiction_of(home).id == law.id
    own = [files for files in packs if files is not home and jurisdiction_of(files).id == law.id]
    needed = _needed_names(own, packs)
    beside = [files for files in packs if files not in own and files is not home]
    others = [_shared_files(files) for files in beside if pack_of(files).name in needed]
    return [home if is_at_home else _shared_files(home), *others, *own]


def _chapter(files: RuleFiles, parts: Sequence[RuleFiles], problems: Problems) -> VocabularyChapter:
    found = only_document(files, VocabularyDocument, "vocabulary.yaml", problems)
    return VocabularyChapter(
        found[1] if found is not None else VocabularyDocument(),
        Place(found[0].source) if found is not None else Place(files.loaded[0].source),
        [(document, Place(loaded.source)) for loaded, document in documents_of(files, CodesDocument)],
        namespace_among(files, parts),
    )


def _of_jurisdiction(
    law: Jurisdiction, packs: Sequence[RuleFiles], home: RuleFiles, problems: Problems
) -> Iterator[Ruleset]:
    """Yield the ruleset of one jurisdiction; nothing where a mistake was found."""
    parts = _parts_for(law, packs, home)
    chapters = [_chapter(files, parts, problems) for files in parts]
    outcomes = _outcomes_of(parts, home, problems)
    roles_of_home = chapters[0].document.roles
    if outcomes is None or roles_of_home is None:
        return
    place = chapters[0].place
    facts = base_facts(chapters, problems)
    scope = widened_scope(Scope(facts), _shared_definitions(parts, chapters, problems), problems)
    roles = checked_roles(roles_of_home, scope.facts, place, problems)
    publishers = checked_publishers([(one.document, one.place) for one in chapters], problems)
    editions = _editions(parts, scope, roles, problems)
    beside, notices = notice_rules(parts, scope, problems)
    impossible = [rule for one in chapters for rule in impossible_rules(one, beside, problems)]
    if problems.found:
        return
    conditions = [condition for rule in (*notices, *impossible) for condition in (rule.applies, rule.when)]
    watched = [name for condition in conditions if condition is not None for name in fact_names(condition)]
    always = (
        roles.units_requested,
        roles.units_disputed,
        roles.units_authorized,
        roles.service_date,
        *roles.units_prior,
    )
    # A source may also state facts that an edition defines, except hidden facts, which have spaces in their names.
    own_facts = {name: fact for e in editions for name, fact in e.facts.items() if " " not in name}
    stateable = {**scope.facts, **own_facts, **scope.facts}
    yield Ruleset(
        facts=_facts_with_barred_presumptions(stateable, editions, beside),
        roles=roles,
        editions=editions,
        notices=notices,
        impossible=tuple(impossible),
        beside=closure([*watched, *quoted_names(notices), *always], beside.derived),
        beside_facts=beside.facts,
        outcomes=_outcomes(outcomes),
        publishers=publishers,
        digest=_digest(parts),
        jurisdiction=law,
        packs=tuple(map(pack_of, parts)),
        narrowed=tuple(fact for fact in stateable.values() if fact.narrowed_by is not None),
    )


def _digest(parts: Sequence[RuleFiles]) -> str:
    """Return the digest of one pack, or of the names and digests of several."""
    if len(parts) == 1:
        return parts[0].digest
    return digest((pack_of(files).name, files.digest.encode()) for files in parts)


def _outcomes_of(parts: Sequence[RuleFiles], home: RuleFiles, problems: Problems) -> OutcomesDocument | None:
    """Return the jurisdiction's table of outcomes, that of the home pack where it has none; None if both lack one."""
    found = [only_document(files, OutcomesDocument, "outcomes.yaml", problems) for files in parts]
    own = [one for one in found if one is not None]
    for loaded, _ in own[1:]:
        message = f"another pack of this jurisdiction has outcomes: {own[0][0].source.file}"
        problems.add(Place(loaded.source), "MT307", message, "keep one of the two")
    if own:
        return own[0][1]
    shared = documents_of(home, OutcomesDocument)
    if not shared and not problems.found:
        problem = Diagnostic("MT110", home.folder, 1, 1, "no outcomes.yaml here", "every rule folder holds one")
        problems.found.append(problem)
    return shared[0][1] if shared else None


def _facts_with_barred_presumptions(
    facts: Mapping[str, Fact], editions: Sequence[Edition], beside: Scope
) -> dict[str, Fact]:
    """Return the facts so that one is no longer presumed once a source mentions a fact that is defined from it."""
    inputs: dict[str, list[str]] = {}
    for entry in (*beside.derived, *(entry for one in editions for entry in one.derived)):
        inputs.setdefault(entry.fact.name, []).extend(inputs_of(entry.formula))
    barring: dict[str, list[str]] = {}
    for name in (name for name in inputs if name in facts):
        for inner in reachable_names(inputs[name], lambda read: inputs.get(read, ())):
            barring.setdefault(inner, []).append(name)
    return {
        name: fact
        if fact.presume is None or name not in barring
        else fact._replace(presume_barred_by=(*fact.presume_barred_by, *barring[name]))
        for name, fact in facts.items()
    }


def _shared_definitions(
    parts: Sequence[RuleFiles], chapters: Sequence[VocabularyChapter], problems: Problems
) -> Placed:
    found = []
    for files, chapter in zip(parts, chapters, strict=True):
        for loaded, document in documents_of(files, DefinitionsDocument):
            place = Place(loaded.source)
            check_definitions(document.definitions, chapter.namespace, place, problems)
            found.append((document.definitions, document.tables, place))
    return found


def _editions(parts: Sequence[RuleFiles], shared: Scope, roles: Roles, problems: Problems) -> tuple[Edition, ...]:
    documents = [(files, loaded, one) for files in parts for loaded, one in documents_of(files, GuidelineDocument)]
    names = tuple(document.guideline for _, _, document in documents)
    overlays = overlays_among(parts, problems)
    seen: dict[str, str] = {}
    of_guideline: dict[str, str] = {}
    editions = []
    for files, loaded, document in documents:
        place, pack = Place(loaded.source), pack_of(files).name
        for n, name in enumerate(document.takes_precedence_over):
            if name not in names and name not in {pack_of(one).name for one in parts} - {pack}:
                cure = "guidelines here: " + ", ".join(dict.fromkeys(names))
                problems.add(
                    place / "takes_precedence_over" / n,
                    "MT309",
                    f"unknown guideline {name}{did_you_mean(name, names)}",
                    cure,
                )
        _check_precedence(document, [one for _, _, one in documents], place / "takes_precedence_over", problems)
        check_definitions(document.definitions, namespace_among(files, parts), place, problems)
        is_further = of_guideline.setdefault(document.guideline, pack) != pack
        of_pack = overlays.of(document, pack, is_further=is_further)
        compiled_edition = edition(document, shared, roles, place, problems, of_pack)
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
    document: GuidelineDocument, documents: Sequence[GuidelineDocument], place: Place, problems: Problems
) -> None:
    """Note a guideline that takes precedence over itself, directly or by way of others."""
    over = {d.guideline: set[str]() for d in documents}
    for d in documents:
        over[d.guideline] |= set(d.takes_precedence_over)
    reached = reachable_names(document.takes_precedence_over, lambda name: over.get(name, ()))
    if document.guideline in reached:
        cure = "remove one of the two directions"
        problems.add(
            place, "MT309", f"{document.guideline} takes precedence over itself, by way of others or directly", cure
        )


def _outcomes(document: OutcomesDocument) -> Mapping[tuple[str, str], Prediction]:
    return {
        (setting, finding): Prediction(setting, outcome.outcome, outcome.says, outcome.in_part, outcome.firmness)
        for setting, findings in document.settings.items()
        for finding, outcome in findings.items()
    }

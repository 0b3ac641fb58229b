"""Compiles the vocabulary into facts: types, domains, presumptions and the codes that stand for members."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtus_engine.compiler.dates import written_date_span
from mtus_engine.compiler.literals import number_of, values_of
from mtus_engine.compiler.namespaces import check_namespace
from mtus_engine.compiler.narrowings import narrowing
from mtus_engine.compiler.problems import Misfit, Place, Problems
from mtus_engine.loader.source import Plain
from mtus_engine.model.diagnostic import did_you_mean
from mtus_engine.model.fact import Code, Fact, Kind, domain_of
from mtus_engine.model.values import Span, Values
from mtus_engine.model.vocabulary import CodesDocument, FactEntry, VocabularyDocument


class VocabularyChapter(NamedTuple):
    """The vocabulary of one pack: its document with the place of it, its code lists, the namespace of its own facts.

    namespace is None for the pack whose facts all others share.
    """

    document: VocabularyDocument
    place: Place
    codes: Sequence[tuple[CodesDocument, Place]] = ()
    namespace: str | None = None


def base_facts(chapters: Sequence[VocabularyChapter], problems: Problems) -> dict[str, Fact]:
    """Return the base facts by name, in the order of the documents, with the codes and words for their members."""
    entries = _entries(chapters, problems)
    codes: dict[str, tuple[Code, ...]] = {}
    words: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
    beside: dict[str, tuple[str, ...]] = {}
    known = {name: entry for name, (entry, _) in entries.items()}
    for chapter in chapters:
        for listed, place in chapter.codes:
            name = listed.codes_for
            _check_own_members(chapter, listed, place, problems)
            _check_own_codes(chapter, listed, codes.get(name, ()), place, problems)
            codes[name] = (*codes.get(name, ()), *code_prefixes(listed, known, place, problems))
            told = [(member, group.words) for member, group in listed.groups.items() if group.words]
            words[name] = (*words.get(name, ()), *told)
            beside[name] = (*beside.get(name, ()), *listed.words_beside)
    facts: dict[str, Fact] = {}
    for order, (name, (entry, place)) in enumerate(entries.items()):
        try:
            facts[name] = _fact(name, entry, order, codes.get(name, ()))._replace(
                words=words.get(name, ()), words_beside=beside.get(name, ())
            )
        except Misfit as misfit:
            where = place / "facts" / name
            problems.add(where if misfit.key is None else where / misfit.key, "MT302", str(misfit), misfit.cure)
            facts[name] = _fact_of_type_alone(name, entry, order)
    for name, (entry, place) in entries.items():
        for key, named in (
            ("presume_barred_by", entry.presume_barred_by),
            ("presume_barred_if", entry.presume_barred_if),
        ):
            for n, barring in enumerate(named):
                if barring not in facts:
                    near = did_you_mean(barring, tuple(facts))
                    where = place / "facts" / name / key / n
                    problems.add(where, "MT301", f"unknown fact {barring}{near}", "mtus facts lists them all")
        other = facts.get(entry.falls_back_to) if entry.falls_back_to else None
        if entry.falls_back_to and (other is None or other.kind.value != entry.type or entry.falls_back_to == name):
            cure = f"name a fact of the type {entry.type}"
            problems.add(
                place / "facts" / name / "falls_back_to",
                "MT301",
                f"{entry.falls_back_to} cannot stand in for {name}",
                cure,
            )
        if entry.narrowed_by is not None:
            where = place / "facts" / name / "narrowed_by"
            found = narrowing(facts[name], entry.narrowed_by, facts, where, problems)
            facts[name] = facts[name]._replace(narrowed_by=found)
    return facts


def _entries(chapters: Sequence[VocabularyChapter], problems: Problems) -> dict[str, tuple[FactEntry, Place]]:
    """Return the entry of each fact, with the members that later chapters add, and the place of its document."""
    entries: dict[str, tuple[FactEntry, Place]] = {}
    for document, place, _, namespace in chapters:
        if namespace is not None and any(name.startswith(f"{namespace}.") for name in entries):
            message = f"the namespace {namespace} is that of another pack's facts"
            problems.add(place, "MT323", message, "write another namespace: in pack.yaml")
        for name, entry in document.facts.items():
            check_namespace(name, namespace, place / "facts" / name, problems, at_key=True)
            if name in entries:
                problems.add(place / "facts" / name, "MT307", f"{name} is a fact of another pack", at_key=True)
            entries.setdefault(name, (entry, place))
        for name, members in document.members.items():
            where = place / "members" / name
            if name not in entries:
                message = f"unknown fact {name}{did_you_mean(name, tuple(entries))}"
                problems.add(where, "MT301", message, "mtus facts lists them all", at_key=True)
                continue
            entry, of = entries[name]
            if not entry.members:
                problems.add(where, "MT302", f"{name} has no members", "it takes no further ones", at_key=True)
                continue
            for member in members:
                if member in entry.members:
                    cure = "what it means there cannot be changed: give yours another name"
                    problems.add(where / member, "MT307", f"{member} is a member of {name} already", cure, at_key=True)
            entries[name] = (entry.model_copy(update={"members": {**members, **entry.members}}), of)
    return entries


def _check_own_members(chapter: VocabularyChapter, listed: CodesDocument, place: Place, problems: Problems) -> None:
    """Note codes of a pack for members that another pack has: only the pack that adds a member may list its codes."""
    if chapter.namespace is None or listed.codes_for in chapter.document.facts:
        return
    own = chapter.document.members.get(listed.codes_for, {})
    for member in listed.groups:
        if member not in own:
            cure = f"list the codes of members that this pack adds to {listed.codes_for}"
            problems.add(place / "groups" / member, "MT323", f"{member} is no member of this pack", cure, at_key=True)
    if listed.otherwise is not None:
        problems.add(place / "otherwise", "MT323", "what every other code stands for is not this pack's to say", None)


def _check_own_codes(
    chapter: VocabularyChapter, listed: CodesDocument, before: Sequence[Code], place: Place, problems: Problems
) -> None:
    """Note codes of a pack that overlap those of another: the longest prefix counts, so their meaning could change."""
    if chapter.namespace is None:
        return
    for member, group in listed.groups.items():
        for prefix in (*group.icd9, *group.icd10, *group.unverified):
            taken = [one.prefix for one in before if one.prefix and _overlap(one.prefix, prefix)]
            if taken:
                message = f"the code {prefix} is read by another pack, as {taken[0]}"
                cure = "what it stands for there cannot be changed: leave it out"
                problems.add(place / "groups" / member, "MT323", message, cure, at_key=True)


def _overlap(one: str, other: str) -> bool:
    bare, others = one.replace(".", "").upper(), other.replace(".", "").upper()
    return bare.startswith(others) or others.startswith(bare)


def code_prefixes(
    document: CodesDocument, facts: Mapping[str, FactEntry], place: Place, problems: Problems
) -> Iterator[Code]:
    """Yield each code prefix and the member it stands for; an empty prefix takes every other code.

    A code may stand for several members of an enumeration, which are then all possible, but for only one of a set.
    """
    entry = facts.get(document.codes_for)
    if entry is None:
        near = did_you_mean(document.codes_for, tuple(facts))
        problems.add(
            place / "codes_for", "MT301", f"unknown fact {document.codes_for}{near}", "mtus facts lists them all"
        )
        return
    first: dict[str, str] = {}
    for member, group in document.groups.items():
        if member not in entry.members:
            near = did_you_mean(member, tuple(entry.members))
            problems.add(
                place / "groups" / member, "MT302", f"{document.codes_for} has no member {member}{near}", at_key=True
            )
        for prefix in (*group.icd9, *group.icd10, *group.unverified):
            other = first.setdefault(prefix, member)
            if other != member and entry.type == "set_of":
                message = f"the code {prefix} stands for {other} too"
                problems.add(place / "groups" / member, "MT307", message, "keep it in one of the two", at_key=True)
        yield from (Code(prefix, member, True) for prefix in (*group.icd9, *group.icd10))
        yield from (Code(prefix, member, False) for prefix in group.unverified)
    if document.otherwise:
        yield Code("", document.otherwise, True)


def _fact(name: str, entry: FactEntry, order: int, codes: tuple[Code, ...]) -> Fact:
    kind = Kind(entry.type)
    members = tuple(entry.members.items())
    if (kind in {Kind.ONE_OF, Kind.SET_OF}) != bool(members):
        raise Misfit(
            f"{name} is {kind.value}: members {'are missing' if not members else 'do not belong here'}",
            "members: {id: label}",
        )
    for whole, parts in entry.contains.items():
        for one in (whole, *parts):
            if one not in entry.members:
                near = did_you_mean(one, tuple(entry.members))
                raise Misfit(f"{name}: contains names {one}, which is no member{near}", "name its members", "contains")
    if entry.documentation and kind is not Kind.BOOLEAN:
        raise Misfit(f"{name}: documentation marks what is answered by yes or no", "leave documentation out")
    blank = Fact(
        name, kind, Span(None, None), order, entry.label, decimals=entry.decimals, members=members, codes=codes
    )
    low, high = _bound(blank, entry.at_least), _bound(blank, entry.at_most)
    if low is not None and high is not None and low > high:
        raise Misfit(f"{name}: at_least is more than at_most", "exchange the two")
    domain = domain_of(kind, tuple(entry.members), low, high)
    typed = Fact(name, kind, domain, order, entry.label, decimals=entry.decimals, members=members, codes=codes)
    presume = _presumed_values(typed, entry.presume)
    return Fact(
        name,
        kind,
        domain,
        order,
        entry.label,
        question=entry.question,
        unit=entry.unit,
        members=members,
        decimals=entry.decimals,
        presume=presume,
        presume_says=entry.presume_says,
        presume_barred_by=entry.presume_barred_by,
        presume_barred_if=entry.presume_barred_if,
        falls_back_to=entry.falls_back_to,
        cumulative=entry.cumulative,
        is_documentation=entry.documentation,
        part_of_request=entry.part_of_request,
        of_each_surgery=entry.each_surgery,
        contains=tuple((whole, frozenset(parts)) for whole, parts in entry.contains.items()),
        codes=codes,
        called=entry.called,
        to_provider=entry.to_provider,
    )


def _fact_of_type_alone(name: str, entry: FactEntry, order: int) -> Fact:
    """Return a fact with the type it was meant to have, so that one mistake is not reported at every use of it."""
    kind = Kind(entry.type)
    return Fact(name, kind, domain_of(kind, tuple(entry.members), None, None), order, entry.label)


def _presumed_values(fact: Fact, plain: Plain) -> Values | None:
    try:
        return None if plain is None else values_of(fact, plain)
    except Misfit as misfit:
        raise Misfit(f"presume: {misfit}", misfit.cure, "presume") from None


def _bound(fact: Fact, plain: Plain) -> int | None:
    if plain is None:
        return None
    return written_date_span(plain).low if fact.kind is Kind.DATE else number_of(fact, plain)

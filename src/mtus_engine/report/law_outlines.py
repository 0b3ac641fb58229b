"""The jurisdiction of a request, the packs its rules come from, and its routes of authorization, in their JSON form."""

from collections.abc import Sequence

from mtus_engine.model.checked import Checked
from mtus_engine.model.determination import Candidate, Law, TierResult
from mtus_engine.model.truth import Truth
from mtus_engine.model.values import is_settled
from mtus_engine.report.lexicon import Lexicon, candidate_lexicon
from mtus_engine.report.marks import mark_words
from mtus_engine.report.outline import CandidateOutline
from mtus_engine.report.outline_of_law import LawOutline, RouteOutline, StepOutline
from mtus_engine.wording.values import known_words


def law_outline(law: Law) -> LawOutline:
    """Return the jurisdiction that a request is under, with the packs that its rules come from."""
    return {
        "id": law.jurisdiction.id,
        "name": law.jurisdiction.name,
        "named": law.is_named,
        "packs": [
            {
                "pack": pack.name,
                "version": pack.version,
                "title": pack.title,
                "publisher": pack.publisher,
                "jurisdiction": pack.jurisdiction.id,
                "digest": pack.digest,
            }
            for pack in law.packs
        ],
    }


def without_rules(checked: Checked) -> str | None:
    """Return why no rules are loaded for a request, and how to add them; None where rules are loaded."""
    law = checked.determination.law
    if not law.packs:
        return f"no rules here are for {law.jurisdiction.name}; mtus packs list shows for whom there are"
    licensed = [one.edition for one in checked.determination.evaluation.candidates if one.edition.licensed_by]
    if not licensed:
        return None
    return (
        f"the guideline in force is licensed text ({licensed[0].licensed_by}) and is not shipped with this program: "
        "review the request by your own copy of it; an office with a licence can add its rules as a pack"
    )


def candidate_words(among: Sequence[CandidateOutline], candidate: CandidateOutline) -> str:
    """Return the title of an edition that may govern, with its pack where several packs claim the request."""
    several = len({one["pack"] for one in among}) > 1
    return f"{candidate['title']}, edition of {candidate['edition']}" + (f", {candidate['pack']}" if several else "")


def route_outlines(candidate: Candidate) -> list[RouteOutline]:
    """Return the routes by which a request is authorized under an edition."""
    words = candidate_lexicon(candidate) if candidate.tiers else None
    return [_route(tier, words) for tier in candidate.tiers] if words is not None else []


def _route(tier: TierResult, words: Lexicon) -> RouteOutline:
    read = words.with_inputs(tier.rule.counts) if len(tier.steps) > 1 else []
    base = [name for name in read if name not in words.formulas and not is_settled(words.known[name].values)]
    return {
        "id": tier.rule.id,
        "title": tier.rule.title,
        "pack": tier.rule.pack,
        "steps": [_step(tier, n) for n in range(len(tier.steps))],
        "counts": [
            f"{words.facts[name].label}: {known_words(words.facts[name], words.known[name])}"
            for name in tier.rule.counts
        ],
        "open_facts": base,
        "questions": [question for name in base if (question := words.facts[name].question) is not None],
    }


def _step(tier: TierResult, n: int) -> StepOutline:
    step, truth = tier.steps[n]
    return {
        "id": step.id,
        "status": "applies" if truth is Truth.TRUE else "may_apply",
        "says": step.says,
        "cite": step.cite,
        "marks": mark_words(step.mark),
    }

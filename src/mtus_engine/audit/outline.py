"""An audit in its JSON form."""

from collections.abc import Sequence
from typing import Any

from mtus_engine.audit.agreement import Agreement, Audit, Share
from mtus_engine.audit.calibration import Calibration
from mtus_engine.audit.sample import Drawn
from mtus_engine.audit.statistics import Estimate

# Each part of the JSON has a shape of its own; its values are what json.dumps accepts.
Outline = dict[str, Any]


def audit_outline(audit: Audit, digest: str, drawn: Sequence[Drawn], seed: int | None) -> Outline:
    """Return the audit in its JSON form: digest is that of its rules, seed that of the sample, None without one."""
    return {
        "ruleset_digest": digest,
        "items": audit.items,
        "drafts": audit.drafts,
        "refused_cases": audit.refused,
        "reading": audit.reading.value,
        "covered": _share(audit.covered),
        "agreement": {
            "without_rationale": _agreement(audit.independent),
            "with_rationale": _agreement(audit.with_rationale),
            "verified_text_alone": _agreement(audit.text_only),
        },
        "firm": _agreement(audit.firm),
        "leaning": _agreement(audit.leaning),
        "share_firm": _share(audit.share_firm),
        "reviewers_grounds_among_ours": _share(audit.grounds),
        "administrators_grounds_among_ours": _share(audit.administrators_grounds),
        "grounds_not_sayable": [{"ground": ground, "items": number} for ground, number in audit.not_sayable],
        "administrators_grounds_not_sayable": [
            {"ground": ground, "items": number} for ground, number in audit.administrators_not_sayable
        ],
        "items_sharing_a_limit": list(audit.sharing),
        "calibration": None if audit.calibration is None else _calibration(audit.calibration),
        "inconsistent": [
            {**pair._asdict(), "outcomes": list(pair.outcomes), "differs": list(pair.differs)}
            for pair in audit.inconsistent
        ],
        "kinds": [{"kind": kind.value, "count": len(names), "items": list(names)} for kind, names in audit.kinds],
        "groups": {
            name: [{"group": group, **_share(share)} for group, share in shares] for name, shares in audit.groups
        },
        "criteria": [
            {
                "criterion": tally.criterion,
                "shared": len(tally.shared),
                "engine_only": len(tally.engine_only),
                "contradicted": len(tally.contradicted),
            }
            for tally in audit.criteria
        ],
        "sample": None if seed is None else {"seed": seed, "items": [_drawn_outline(one) for one in drawn]},
    }


def _agreement(agreement: Agreement) -> Outline:
    return {
        "same_outcome": _share(agreement.agreed),
        "always_upheld": _share(agreement.baseline),
        "favorable_found": _share(agreement.recall_favorable),
        "balanced_accuracy": agreement.balanced_accuracy,
        "cohens_kappa": _estimate(agreement.kappa),
        "gwets_ac1": _estimate(agreement.ac1),
        "matrix": [
            {"predicted": predicted, "actual": actual, "items": count}
            for (predicted, actual), count in sorted(agreement.matrix.items())
        ],
    }


def _calibration(found: Calibration) -> Outline:
    return {**found._asdict(), "bins": [one._asdict() for one in found.bins]}


def _share(share: Share) -> Outline:
    return {
        "count": share.number,
        "of": share.of,
        "estimate": _estimate(share.estimate),
        "not_among_them": list(share.others),
    }


def _estimate(estimate: Estimate | None) -> Outline | None:
    return None if estimate is None else {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _drawn_outline(one: Drawn) -> Outline:
    return {"case": one.item.case, "item": one.item.item, "stratum": one.stratum, "weight": one.weight}

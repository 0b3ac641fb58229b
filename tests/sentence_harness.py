"""Sentences judged by hand, read as a decision that holds each of them: what is told of it, beside what it tells."""

from datetime import date
from typing import NamedTuple

import yaml

from mtus_engine.ingest.pdf import Unreadable
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "sentences"
# Written when all cues stood, by people who had seen none of them; all but the last helped to mend cues afterwards.
LATER = ROOT / "tests" / "sentences-later"
FURTHER = ROOT / "tests" / "sentences-further"
LAST = ROOT / "tests" / "sentences-last"
# Neither cues nor weights are made with these, nor with the last.
ASIDE = ROOT / "tests" / "sentences-aside"
# The same, judged for every fact of the vocabulary, and worded to be hard.
UNSEEN = ROOT / "tests" / "sentences-unseen"
# Judged for every fact, too, and worded as they ordinarily are.
ORDINARY = ROOT / "tests" / "sentences-ordinary"
# The facts of which the sentences were judged whole.
FACTS = frozenset(
    [
        "prior.therapy.visits",
        "prior.therapy.improvement",
        "pain.relief_from_therapy",
        "prior.therapy.plateau",
        "request.visits",
        "request.visits_authorized",
        "request.visits_per_week",
        "request.duration",
        "home_program.instructed",
        "home_program.insufficient",
        "home_program.ineffective",
        "further_therapy.need_explained",
        "deficits.need_skilled_care",
        "therapy.assessment_positive",
        "exceptional_factors.documented",
        "request.for_flare_up",
        "request.maintenance",
        "surgery.performed",
        "surgery.date",
        "surgery.candidate",
        "work.status",
        "injury.date",
        "improvement.daily_living",
        "improvement.work_restrictions_reduced",
        "improvement.less_dependent_on_treatment",
        "medication.reduced_or_not_tolerated",
        "acupuncture.adjunct",
        "return_to_work.goal_agreed",
        "return_to_work.specific_job",
        "capacity_evaluation.done",
        "worker.near_maximum_improvement",
        "functional_improvement.shown",
    ]
)
NAMES = {
    "physical_therapy": "Physical therapy",
    "occupational_therapy": "Occupational therapy",
    "chiropractic": "Chiropractic treatment",
    "acupuncture": "Acupuncture",
    "aquatic_therapy": "Aquatic therapy",
    "massage_therapy": "Massage therapy",
    "work_hardening": "Work hardening program",
    "work_conditioning": "Work conditioning program",
    "functional_restoration_program": "Functional restoration program",
    "home_exercise_equipment": "Home exercise kit",
    "gym_membership": "Gym membership",
    "functional_capacity_evaluation": "Functional capacity evaluation",
    "mri": "MRI of the lumbar spine",
}
DECISION = """Case Number: CM16-0000001 Date Assigned: 01/04/2017

CLINICAL CASE SUMMARY

{summary}

IMR ISSUES, DECISIONS AND RATIONALES

Decided were the items/services set forth below:

{request}: Upheld

Claims Administrator guideline: Decision based on MTUS Pain Guide 2016.

MAXIMUS guideline: Decision based on MTUS Pain Guide 2016.

Decision rationale: {rationale}
"""


class Judged(NamedTuple):
    """A sentence, its kind (the file it stands in), what it tells by hand, and what was read."""

    kind: str
    sentence: str
    tells: dict
    read: dict
    steps: dict


def sentences(folder=FOLDER):
    """Yield (kind, entry) of every sentence of a folder."""
    for file in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield file.stem, entry


def judged(drafter, kind, entry, facts_judged=FACTS):
    """Return a sentence with what is read of it."""
    section, sentence = entry.get("section", "summary"), entry["sentence"]
    name = NAMES[entry.get("treatment", "physical_therapy")]
    parts = {"summary": "", "rationale": "", "request": name, section: sentence}
    if section == "request" and name.lower() not in sentence.lower():
        parts["request"] = sentence
    tells = {fact: value for fact, value in (entry.get("tells") or {}).items() if fact in facts_judged}
    try:
        document = yaml.safe_load(drafter.draft("a", DECISION.format(**parts).encode()).text)
    except Unreadable:
        return Judged(kind, sentence, tells, {}, {})
    facts = {**document.get("facts", {})}
    for fact, said in document["items"][0].get("facts", {}).items():
        facts.setdefault(fact, said)
    read, steps = {}, {}
    for fact, said in facts.items():
        for one in said if isinstance(said, list) and said and isinstance(said[0], dict) else [said]:
            told = one if isinstance(one, dict) and ("at" in one or "not_documented" in one) else {"value": one}
            if fact in facts_judged and section in str(told.get("at", "")):
                value = "not_documented" if told.get("not_documented") else told.get("value")
                read.setdefault(fact, []).append(plain(value))
                steps.setdefault(fact, []).append(told.get("confidence", "sure"))
    return Judged(kind, sentence, {f: plain(v) for f, v in tells.items()}, read, steps)


def plain(value):
    """Return a value in one form: ranges as pairs, dates as text, lists sorted."""
    if isinstance(value, dict):
        return tuple(sorted((str(k), str(v)) for k, v in value.items()))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return value[0] if len(value) == 1 else tuple(sorted(map(str, value)))
    return value


def counts(found):
    """Return right, false and missed statements of judged sentences."""
    right = sum(
        value == one.tells.get(fact, "nothing") for one in found for fact, said in one.read.items() for value in said
    )
    read = sum(len(said) for one in found for said in one.read.values())
    told = sum(len(one.tells) for one in found)
    hit = sum(value in one.read.get(fact, []) for one in found for fact, value in one.tells.items())
    return right, read, hit, told

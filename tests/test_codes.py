"""Codes and words of case files: what can mean one thing is read, of the rest the readings are told."""

import pytest

from mtus_engine.api import case_of_text
from mtus_engine.compiler.code_grammar import (
    CodeSystem,
    DoubtfulCode,
    ReadCode,
    codes_of,
    read_diagnosis,
    read_procedure,
)
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.values import Choice, Selection

# Written, and as the code book of ICD-9-CM or ICD-10-CM prints it.
DIAGNOSES = {
    "S335XXA": "S33.5XXA",
    "S33.5XXA": "S33.5XXA",
    "S39012A": "S39.012A",
    "M54-16": "M54.16",
    "m54.16": "M54.16",
    "M5416": "M54.16",
    "M62.5A0": "M62.5A0",
    "847.2": "847.2",
    "8472": "847.2",
    "72210": "722.10",
    "8470.0": "847.0",
    "084.0": "084.0",
    "840": "840",
    "V57.1": "V57.1",
    "U07.1": "U07.1",
}
DOUBTFUL = {
    "84.0": ("084.0", "840"),
    "72": ("072",),
    "E880": ("E880", "E88.0"),
    "M54.1O": ("M54.10",),
    "O84.0": None,
    "97110": ("971.10", "the procedure 97110"),
    "M541.6": ("M54.16",),
    "M54,16": ("M54.16",),
    "533.5XXA": ("S33.5XXA",),
    "M99.99XYZ": (),
    "M54.16 no radiculopathy": ("M54.16",),
    "MS4.16": ("M54.16",),
    "?M54.16": ("M54.16",),
    "no M54.16": ("M54.16",),
    "G90.5 unlikely": ("G90.5",),
}
# What may stand beside a code and leaves it open: anything but what code books say of it.
BESIDE = [
    f"M54.16 {words}"
    for words in (
        "no radiculopathy",
        "excluded",
        "unlikely",
        "absent",
        "questionable",
        "unconfirmed",
        "differential",
        "healed",
        "in remission",
        "mother",
        "if MRI positive",
        "pending MRI",
        "unrelated to injury",
        "unknown",
        "before injury",
        "less than before",
        "lumbago?",
    )
]
BESIDE += ["free of M54.5", "lack of M54.5", "normal, M54.5", "Unknown M54.5"]
PROCEDURES = {
    "97110": ("97110", (), None),
    "97110.0": ("97110", (), None),
    "97110-GP": ("97110", ("GP",), None),
    "97110-GP-KX": ("97110", ("GP", "KX"), None),
    "97110-59 GP": ("97110", ("59", "GP"), None),
    "97110-GP x 4": ("97110", ("GP",), 4),
    "97110 x4": ("97110", (), 4),
    "97110 (2 units)": ("97110", (), 2),
    "g0283": ("G0283", (), None),
    "0101T": ("0101T", (), None),
    "97110-X4": ("97110", (), 4),
    "97110.": ("97110", (), None),
}


@pytest.mark.parametrize(("written", "printed"), DIAGNOSES.items())
def test_a_diagnosis_code_is_read_as_its_book_prints_it(written, printed):
    assert read_diagnosis(written).code == printed


@pytest.mark.parametrize(("written", "readings"), [one for one in DOUBTFUL.items() if one[1] is not None])
def test_a_code_that_may_be_several_is_none_of_them(written, readings):
    found = read_diagnosis(written)
    assert isinstance(found, DoubtfulCode)
    assert found.readings == readings


@pytest.mark.parametrize(("written", "read"), PROCEDURES.items())
def test_a_procedure_code_is_read_with_modifiers_and_units(written, read):
    found = read_procedure(written)
    assert (found.code, found.modifiers, found.units) == read


@pytest.mark.parametrize("text", ["back pain", "physical_therapy", "", "12 visits", "M5", "S3350123456"])
def test_what_is_no_code_is_none(text):
    assert read_diagnosis(text) is None
    assert read_procedure(text) is None


def values(ruleset, fact, written):
    text = f"case: a\nitems:\n- item: 1\n  facts: {{{fact}: {written}}}\n"
    case = case_of_text("a.yaml", text.encode(), ruleset)
    (said,) = case.items[0].statements[fact]
    return said.values, case.warnings


def test_a_doubtful_code_leaves_its_fact_open_with_a_warning_and_the_case_runs(ruleset):
    found, (warning,) = values(ruleset, "diagnosis.groups", "[M54.16, 84.0]")
    assert found.certain == {"neuralgia_neuritis_radiculitis"}
    assert found.possible == {name for name, _ in ruleset.facts["diagnosis.groups"].members}
    assert (warning.code, warning.severity, warning.line) == ("MT407", "warning", 4)
    assert "084.0 or 840" in warning.message


@pytest.mark.parametrize("code", ["W01.0XXA", "Y99.0", "Z79.891", "E885.9"])
def test_a_code_of_a_cause_or_a_circumstance_is_no_group(ruleset, code):
    beside, (warning,) = values(ruleset, "diagnosis.groups", f"[M54.16, {code}]")
    assert beside.possible == {"neuralgia_neuritis_radiculitis"}
    assert "names a cause or a circumstance" in warning.message
    alone, (warning,) = values(ruleset, "diagnosis.groups", f"[{code}]")
    assert alone == ruleset.facts["diagnosis.groups"].domain
    assert "is left open" in warning.message


@pytest.mark.parametrize("written", ["971100", "97750123", "97110 withdrawn by provider", "97110 massage"])
def test_what_is_no_procedure_code_or_is_turned_by_its_words_leaves_the_treatment_open(ruleset, written):
    found, (warning,) = values(ruleset, "request.treatment", f'"{written}"')
    assert found == ruleset.facts["request.treatment"].domain
    assert warning.code == "MT407"


def test_an_unknown_procedure_code_leaves_the_treatment_open(ruleset):
    found, (warning,) = values(ruleset, "request.treatment", '"99999"')
    assert found == ruleset.facts["request.treatment"].domain
    assert "knows no code 99999" in warning.message


@pytest.mark.parametrize("code", ["729", "M54", "S33", "S39.0", "97110", *BESIDE, "lumbar pain, no (M54.16)"])
def test_a_code_that_is_cut_short_or_of_another_book_is_no_group(ruleset, code):
    found, (warning,) = values(ruleset, "diagnosis.groups", f'"{code}"')
    assert found == ruleset.facts["diagnosis.groups"].domain
    assert warning.code == "MT407"


@pytest.mark.parametrize(
    ("written", "groups"),
    [
        ("M54.16 (lumbar radiculopathy)", {"neuralgia_neuritis_radiculitis"}),
        ("M54.16 Radiculopathy, lumbar region", {"neuralgia_neuritis_radiculitis"}),
        ("ICD-10 M54.16", {"neuralgia_neuritis_radiculitis"}),
        ("M54.16; S33.5XXA", {"neuralgia_neuritis_radiculitis", "strain_sprain"}),
        ("M54.16, M54.12", {"neuralgia_neuritis_radiculitis"}),
        ("lumbar radiculopathy (M54.16)", {"neuralgia_neuritis_radiculitis"}),
        ("Lumbar radiculopathy, M54.16", {"neuralgia_neuritis_radiculitis"}),
    ],
)
def test_codes_are_read_with_what_their_book_says_of_them(ruleset, written, groups):
    found, warnings = values(ruleset, "diagnosis.groups", f'"{written}"')
    assert (found.certain, warnings) == (groups, ())


@pytest.mark.parametrize(
    "written",
    [
        "no radiculopathy",
        "rule out CRPS",
        "r/o radiculopathy",
        "strain ruled out",
        "chest wall strain, denied",
        "hx of osteoarthritis",
        "eye strain",
        "optic neuritis",
        "septic arthritis",
    ],
)
def test_words_that_deny_a_diagnosis_or_name_another_are_not_read_as_it(ruleset, written):
    with pytest.raises(Rejected):
        values(ruleset, "diagnosis.groups", f'["{written}"]')


@pytest.mark.parametrize(
    "written", ["CPT 97110", "97110, 97140", "97110,97140", "97110/97140", "97110 - therapeutic exercise", "97039"]
)
def test_procedure_codes_are_read_as_forms_write_them(ruleset, written):
    found, warnings = values(ruleset, "request.treatment", f'"{written}"')
    assert "physical_therapy" in found.possible
    assert len(found.possible) < 4
    assert warnings == ()


def test_a_name_that_others_begin_with_is_none_of_them(ruleset):
    with pytest.raises(Rejected):
        values(ruleset, "surgery.procedure", "rotator cuff")


@pytest.mark.parametrize(
    "code", ["97116", "97150", "97124", "97035", "G0283", "97161", "97162", "97163", "97110-GP x 4"]
)
def test_codes_of_physical_medicine_are_read_so(ruleset, code):
    found, warnings = values(ruleset, "request.treatment", f'"{code}"')
    assert "physical_therapy" in found.possible
    assert warnings == ()


@pytest.mark.parametrize(
    ("fact", "written", "meant"),
    [
        ("home_program.instructed", "no", Choice(frozenset({False}))),
        ("home_program.instructed", "Yes", Choice(frozenset({True}))),
        ("home_program.instructed", "{value: no, at: page 1}", Choice(frozenset({False}))),
        ("request.treatment", "physical therapy", Choice(frozenset({"physical_therapy"}))),
        ("request.treatment", "Chiropractic manual therapy", Choice(frozenset({"chiropractic"}))),
        ("request.treatment", "Physical-Therapy", Choice(frozenset({"physical_therapy"}))),
        ("diagnosis.groups", "lumbar strain", Selection(frozenset({"strain_sprain"}), frozenset({"strain_sprain"}))),
        ("request.visits", "12 visits", 12),
        ("request.visits", "twelve visits", 12),
        ("request.duration", "four weeks", "4 weeks"),
        ("request.date", "25/12/2013", "2013-12-25"),
        ("request.date", "12-25-2013", "2013-12-25"),
        ("request.date", "25.12.2013", "2013-12-25"),
        ("request.date", "12/25/2013 00:00", "2013-12-25"),
        ("request.date", "2013/12/25", "2013-12-25"),
        ("request.date", "2013-12-25 00:00:00", "2013-12-25"),
        ("request.date", "25-Dec-2013", "2013-12-25"),
        ("request.date", "12/25/2013 2:35 PM", "2013-12-25"),
        ("request.date", "2013-12-25T14:35:10.123", "2013-12-25"),
        ("request.date", "25DEC2013", "2013-12-25"),
        ("request.date", '"December 25th, 2013"', "2013-12-25"),
        ("request.date", "Sept 2013", "{at_least: 2013-09-01, at_most: 2013-09-30}"),
    ],
)
def test_what_a_nurse_types_is_met_halfway(ruleset, fact, written, meant):
    found, _ = values(ruleset, fact, written)
    if isinstance(meant, str):
        meant = values(ruleset, fact, meant)[0]
    assert (found.point if isinstance(meant, int) else found) == meant


@pytest.mark.parametrize(
    ("fact", "written", "said"),
    [
        ("request.date", "3-2-15", "2015-03-02 (March 2, 2015) or 2015-02-03 (February 3, 2015)"),
        ("request.date", "3-2-2015", "2015-03-02 (March 2, 2015) or 2015-02-03 (February 3, 2015)"),
        ("request.date", "02-Mar-15", "2015-03-02 (March 2, 2015) or 2002-03-15 (March 15, 2002)"),
        ("request.date", "31-Feb-2015", "is not a date"),
        ("request.date", "2015-03-02T03:00:00Z", "is not a date"),
        ("diagnosis.groups", "strain with arthritis", "strain_sprain"),
        ("request.treatment", "psychotherapy", "other_treatment where none of them is meant"),
        ("injury.date", "on or about 3/2012", "write {value: 3/2012, hedged: true}"),
        ("injury.date", "1/1/2010-3/4/2012", "write {at_least: 1/1/2010, at_most: 3/4/2012}"),
        ("injury.date", "unknown", "leave the line out"),
        ("request.duration", "up to 8 weeks", "write {at_most: 8 weeks}"),
        ("prior.therapy.visits", "[6, 8]", "write {at_least: 6, at_most: 8}"),
        ("prior.therapy.visits", "12.5", "write 12 or 13"),
        ("prior.therapy.visits", '"12?"', "write {value: 12, hedged: true}"),
        ("home_program.instructed", "maybe", "true or false"),
        ("prior.therapy.visits", '">6"', "write {at_least: 7}"),
        ("prior.therapy.visits", '"<12"', "write {at_most: 11}"),
        ("prior.therapy.visits", "more than 6 visits", "write {at_least: 7}"),
        ("prior.therapy.visits", "none", "write 0"),
        ("prior.therapy.visits", "unknown", "leave the line out"),
        ("prior.therapy.visits", "several", "write {at_least: 2}"),
        ("prior.therapy.visits", "6+", "write {at_least: 6}"),
        ("prior.therapy.visits", "approx 6", "write {value: 6, hedged: true}"),
        ("request.duration", "4-6 weeks", "write {at_least: 4 weeks, at_most: 6 weeks}"),
    ],
)
def test_what_can_be_several_is_refused_with_the_word_to_write(ruleset, fact, written, said):
    with pytest.raises(Rejected) as rejected:
        values(ruleset, fact, written)
    (found,) = rejected.value.diagnostics
    assert said in f"{found.message} {found.help}"


@pytest.mark.parametrize(
    "written",
    [
        "Strain 847.2",
        "Sprain S33.5XXA",
        "Spine M54.5",
        "Sciatica 724.3",
        "Shoulder 719.41",
        "Soft tissue 97140",
        "STIM x 6",
        "Stop 97110",
        "Refused 97110",
        "back pain 2013",
        "S S S S 5",
    ],
)
def test_words_before_a_code_end_in_a_reading(written):
    """A letter taken for a five was mended back without end."""
    assert read_diagnosis(written) is None or read_diagnosis(written).text == written
    assert read_procedure(written) is None or read_procedure(written).text == written
    assert codes_of(written, read_procedure) == ()
    assert len(codes_of(written, read_diagnosis)) <= 1


@pytest.mark.parametrize("code", ["M54.161", "M54.16A", "M54.99", "Z99.99"])
def test_a_code_that_the_book_does_not_have_is_doubtful(code):
    assert read_diagnosis(code) == DoubtfulCode(code, (), "ICD-10-CM has no such code")


@pytest.mark.parametrize("code", ["M54.16", "M54.5", "S33.5XXD", "M1A.0110", "M48.06"])
def test_a_code_of_the_book_is_read_and_so_is_one_that_was_split_since(code):
    assert read_diagnosis(code) == ReadCode(CodeSystem.ICD_10, code)

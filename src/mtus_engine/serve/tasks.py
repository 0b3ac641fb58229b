"""Long work, as a process of its own does it: it takes plain values, and gives plain values that JSON can hold.

A process can be ended at any point, and takes its memory with it.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from mtus_engine.api import Checker, CheckOptions, case_of_json, load_rules
from mtus_engine.engine.failure import EngineFailure
from mtus_engine.ingest.drafter import Drafter
from mtus_engine.ingest.pdf import Unreadable
from mtus_engine.loader.packs import Sources, read_layers
from mtus_engine.loader.plain_json import json_of_case
from mtus_engine.loader.with_parent import end_with_parent
from mtus_engine.model.audited import ReadingKind
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.policy.examples import example_outcome, examples_by_pack, ranges_in_examples
from mtus_engine.policy.failures import failures_outline
from mtus_engine.policy.impact import impacts
from mtus_engine.policy.impact_report import impact_outline
from mtus_engine.policy.linted import lint_packs
from mtus_engine.report.diagnostics import diagnostic_outline, diagnostics_text

TaskStep = TypeVar("TaskStep")
# Called with the number of steps that are done, and the number of all.
Tell = Callable[[int, int], None]


class RulesGiven(NamedTuple):
    """Rules as they are handed over: packs as zips, each after what it needs, or where they lie."""

    packs: tuple[bytes, ...] = ()
    sources: Sources = ()


class Task(NamedTuple):
    """What is asked: which work, under which rules (before and after an edit) and jurisdiction, on which values."""

    kind: str
    rules: tuple[RulesGiven, ...]
    jurisdiction: str | None
    given: Mapping[str, Any]


class Ended(NamedTuple):
    """How work ended: with a result, or with why there is none."""

    result: Any = None
    problem: str | None = None


def work(task: Task, pipe: Connection) -> None:
    """Do the work and tell how far it is, then how it ended, through the pipe."""
    end_with_parent()

    def tell(done: int, total: int) -> None:
        pipe.send((done, total))

    try:
        ended = Ended(_DONE_BY[task.kind](task, tell))
    except Rejected as rejected:
        ended = Ended(problem=diagnostics_text(rejected.diagnostics))
    except (Unreadable, EngineFailure) as problem:
        ended = Ended(problem=str(problem))
    except ImportError as missing:
        ended = Ended(problem=f"this needs a part that is not installed: {missing.name}")
    pipe.send(ended)
    pipe.close()


def with_progress(steps: Sequence[TaskStep], tell: Tell) -> Iterator[TaskStep]:
    """Yield steps, and tell after each how far it is."""
    tell(0, len(steps))
    for n, step in enumerate(steps, 1):
        yield step
        tell(n, len(steps))


@contextmanager
def _placed_rules(task: Task) -> Iterator[list[Sources]]:
    """Yield the sources of each of a task's rules; packs lie in a temporary folder while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        placed: list[Sources] = []
        for n, rules in enumerate(task.rules):
            files = [Path(folder) / f"{n}-{m}.zip" for m, _ in enumerate(rules.packs)]
            for file, content in zip(files, rules.packs, strict=True):
                file.write_bytes(content)
            placed.append(tuple(files) or rules.sources)
        yield placed


@contextmanager
def _rulesets(task: Task) -> Iterator[list[Ruleset]]:
    with _placed_rules(task) as placed:
        yield [load_rules(sources, task.jurisdiction) for sources in placed]


def _papers(task: Task, tell: Tell) -> dict[str, Any]:
    """Return the draft case that documents give, and which of them could not be read.

    Where none can be read, raises Unreadable; at the desk, the case is None then, and a person reads them.
    """
    documents: list[tuple[str, bytes]] = [(one["file"], one["content"]) for one in task.given["documents"]]
    refused, by_hand = task.given.get("refused", []), task.given.get("by_hand", [])
    with _placed_rules(task) as [sources]:
        ruleset = load_rules(sources, task.jurisdiction)
        drafter = Drafter(sources, ruleset, "schema/case.json")
        kept = [{"file": one["file"], "digest": one["digest"]} for one in task.given["documents"]]
        try:
            if len(documents) == 1:
                drafted = drafter.draft(*documents[0], by_hand)
                tell(1, 1)
            else:
                drafted = drafter.draft_papers(task.given["name"], with_progress(documents, tell), by_hand)
        except Unreadable as reason:
            if not task.given.get("at_desk"):
                raise
            why = f"{documents[0][0]}: {reason}" if len(documents) == 1 else str(reason)
            return {"case": None, "kinds": {}, "unread": [*refused, why], "documents": kept}
    kinds = dict(drafted.kinds)
    case = json_of_case(drafted.case, drafted.text.encode())
    return {
        "case": case,
        "kinds": kinds,
        "unread": [*refused, *drafted.unread],
        "documents": kept,
        "received": drafted.received,
    }


def _audit(task: Task, tell: Tell) -> dict[str, Any]:
    """Return the numbers of an audit of cases."""
    from mtus_engine.audit.agreement import audit  # noqa: PLC0415 - statistics are slow to load
    from mtus_engine.audit.auditor import Auditor  # noqa: PLC0415
    from mtus_engine.audit.outline import audit_outline  # noqa: PLC0415

    with _rulesets(task) as [ruleset]:
        auditor = Auditor(ruleset, CheckOptions(), ReadingKind(task.given["reading"]))
        rows, refused = [], 0
        for document in with_progress(task.given["cases"], tell):
            try:
                rows += [one.row for one in auditor.audited_items(case_of_json(document, ruleset))]
            except Rejected:
                refused += 1
        return dict(audit_outline(audit(rows, auditor.reading, refused=refused), ruleset.digest, (), None))


def _lint(task: Task, tell: Tell) -> dict[str, Any]:
    """Return what is noted of rules."""
    with _placed_rules(task) as [sources]:
        tell(0, 1)
        read = lint_packs(sources, task.jurisdiction, deep=False, tracked=lambda steps, _: steps)
        tell(1, 1)
    found = [diagnostic_outline(one.diagnostic) for one in read.noted]
    return {"editions": read.editions, "facts": read.facts, "examples": read.examples, "found": found}


def _test(task: Task, tell: Tell) -> Any:
    """Return the examples of rules that come out otherwise than they say."""
    with _placed_rules(task) as [sources]:
        found = list(examples_by_pack(sources))
        outcomes = [example_outcome(one, checker) for checker, one in with_progress(found, tell)]
    failed = [one for one in outcomes if one.differences]
    return failures_outline(failed, len(outcomes) - len(failed))


def _impact(task: Task, tell: Tell) -> dict[str, Any]:
    """Return what an edit changes on cases."""
    with _rulesets(task) as [before, after]:
        old, new = Checker(before), Checker(after)
        found = [
            one
            for document in with_progress(task.given["cases"], tell)
            for one in impacts((case_of_json(document, before), old), (case_of_json(document, after), new))
        ]
    return impact_outline("before", "after", found)


def _prove(task: Task, tell: Tell) -> dict[str, Any]:
    """Return what an edit can change on any case."""
    from mtus_engine.policy.proof import differences  # noqa: PLC0415 - behind the door of the extra
    from mtus_engine.policy.proof_report import conclusion, proof_outline  # noqa: PLC0415

    with _placed_rules(task) as [old, new]:
        before, after = (load_rules(sources, task.jurisdiction) for sources in (old, new))
        at_hand = ranges_in_examples(read_layers(new), Checker(after))
        answers = []
        for answer in differences(before, after, task.given["seconds"], at_hand):
            answers.append(answer)
            tell(len(answers), len(answers) + 1)
    tell(len(answers), len(answers))
    return proof_outline(conclusion(answers), answers)


_DONE_BY: dict[str, Callable[[Task, Tell], Any]] = {
    "papers": _papers,
    "audit": _audit,
    "lint": _lint,
    "test": _test,
    "impact": _impact,
    "prove": _prove,
}

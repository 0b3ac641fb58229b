"""The rules that a command works with: those named on the command line, else those configured, else those shipped."""

import os
from argparse import Namespace
from pathlib import Path

from mtus_engine.api import load_rules
from mtus_engine.loader.config import configuration
from mtus_engine.loader.folder import is_of_rules
from mtus_engine.loader.packs import PackSource, near, read_layer
from mtus_engine.model.ruleset import Ruleset


def rule_sources(options: Namespace) -> tuple[PackSource, ...]:
    """Return the sources of rules: after --rules, else configured, else shipped; the latter two as paths from here."""
    if options.rules:
        return tuple(options.rules)
    found = configuration(Path.cwd(), os.environ).sources
    return tuple(near(one) if isinstance(one, Path) else one for one in found)


def who_names_rules(options: Namespace) -> str:
    """Return who names the rules: the command line, a file of configuration, or nobody."""
    if options.rules:
        return "--rules"
    who = configuration(Path.cwd(), os.environ).said_by
    return "nobody: those shipped are used" if who == "shipped" else who


def jurisdiction_named(options: Namespace) -> str | None:
    """Return the jurisdiction of cases that name none: after --jurisdiction, else configured, else None."""
    named: str | None = options.jurisdiction
    return named or configuration(Path.cwd(), os.environ).jurisdiction


def rules_to_work_on(options: Namespace) -> Ruleset:
    """Return the ruleset that somebody edits: of the jurisdiction named, else of the pack named last after --rules."""
    sources = rule_sources(options)
    said = read_layer(sources[-1], is_of_rules).manifest if options.rules else None
    law = jurisdiction_named(options) or (said.jurisdiction.id if said is not None else None)
    return load_rules(sources, law)


def rules_for(options: Namespace) -> Ruleset:
    """Return the ruleset for cases that name no jurisdiction, with the others; raises Rejected with every mistake."""
    return load_rules(rule_sources(options), jurisdiction_named(options))

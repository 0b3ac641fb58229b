"""Reads the rules of reviews from the packs that a server or command works with."""

from mtus_engine.compiler.review import review_rules
from mtus_engine.loader.beside_rules import review_of
from mtus_engine.loader.packs import Sources, read_layers
from mtus_engine.model.diagnostic import Rejected
from mtus_engine.model.review import ReviewRules
from mtus_engine.model.ruleset import Ruleset
from mtus_engine.review.clock import calendar_problems
from mtus_engine.review.letters import template_problems


def rules_of_review(sources: Sources, ruleset: Ruleset) -> ReviewRules:
    """Return the rules of reviews of the packs of a ruleset; raises Rejected with every mistake in them."""
    names = {pack.name for pack in ruleset.packs}
    law = ruleset.jurisdiction.id
    layers = [
        one
        for one in read_layers(sources)
        if one.manifest is None or (one.name in names and one.manifest.jurisdiction.id == law)
    ]
    found = review_rules(review_of(layers))
    if problems := (*calendar_problems(found.calendars), *template_problems(found.letters)):
        raise Rejected(problems)
    return found.rules

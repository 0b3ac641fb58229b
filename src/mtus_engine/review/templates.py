"""Templates of letters, parsed and filled in by a sandbox in which nothing can run without end."""

from collections.abc import Iterator, Mapping

from jinja2 import StrictUndefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mtus_engine.model.told import Told


class LetterRefused(Told):
    """A letter that cannot be filled in; says why."""


# The parts of Jinja2 that a letter may use: text, values, choices, and loops over what is given. None of them can run
# without end, or make much text of little: no ranges, no macros, no formats with widths.
_PARTS = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.Filter,
    nodes.Test,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Keyword,
)
FILTERS = (
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "sort",
    "title",
    "trim",
    "unique",
    "upper",
)
# How deep loops may be nested in a letter.
_DEEPEST = 2


def _refuse_endless(tree: nodes.Template) -> None:
    """Raise LetterRefused for a template with other parts or filters than these, or with loops nested too deep."""
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise LetterRefused("a letter does not work out {name}", name=node.name)
        if not isinstance(node, _PARTS):
            raise LetterRefused("a letter has no {name}", name=type(node).__name__.lower())
        if isinstance(node, nodes.For):
            depth += 1
            if node.recursive or depth > _DEEPEST:
                raise LetterRefused("it goes through lists within lists within lists")
        waiting += [(child, depth) for child in node.iter_child_nodes()]


# The text of a letter is not HTML: each view escapes what it shows.
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)
_ENVIRONMENT.globals.clear()


def parsed_template(text: str) -> nodes.Template:
    """Return the syntax tree of a template; raises LetterRefused for what no letter needs, and TemplateSyntaxError."""
    tree = _ENVIRONMENT.parse(text)
    _refuse_endless(tree)
    return tree


def pieces_of(tree: nodes.Template, given: Mapping[str, object]) -> Iterator[str]:
    """Yield the pieces of a template filled in; raises what Jinja2 or a value raises where that cannot be done."""
    return _ENVIRONMENT.from_string(tree).generate(dict(given))

"""The sentences of English that pages may be told by other code, found in the code: the part told of the catalogue.

python -m tests.told writes it anew.
"""

import ast
from pathlib import Path

from mtus_engine.model.told import Told
from mtus_engine.serve.desk.catalogue import ENGLISH
from mtus_engine.serve.problems import _SAID
from mtus_engine.store.decisions import _DONE, _words
from mtus_engine.store.reviews import State
from mtus_engine.store.roles import Action

SOURCE = Path(__file__).parents[1] / "src" / "mtus_engine"
HEAD = """# What other code tells, each sentence by its English: here it is said as it is, in another language by its words.
told:
"""


def kinds():
    """The names of all exceptions that tell somebody something."""
    found, waiting = set(), [Told]
    while waiting:
        one = waiting.pop()
        found.add(one.__name__)
        waiting += one.__subclasses__()
    return found


def sentences():
    """Every sentence, in the order of the alphabet."""
    import mtus_engine.serve.app  # noqa: F401 - all kinds are known when all is loaded

    found = {title for _, title in _SAID.values()} | {"Changed by another", "Mistakes", "The rules engine failed"}
    found |= {*_DONE.values(), *map(_words, State), *(action.value for action in Action)}
    names = kinds()
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "told.py" or "routes" in path.parts or "cli" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                found |= set(_said(node, tree, path))
    return sorted(found, key=lambda one: (one.lower(), one))


def _said(call, tree, path):
    """The sentences of a call: what is told, and the title where it is a refusal."""
    parts = call.args[1:3] if call.func.id == "Refused" else call.args[:1]
    for part in parts:
        match part:
            case ast.Constant(str(text)):
                yield from [text] if text else []
            case ast.Name(name):
                assigned = (one for one in ast.walk(tree) if isinstance(one, ast.Assign))
                named = [
                    one.value for one in assigned if isinstance(one.targets[0], ast.Name) and one.targets[0].id == name
                ]
                yield from (value.value for value in named if isinstance(value, ast.Constant))
            case ast.JoinedStr():
                raise AssertionError(f"{path.name}:{call.lineno}: what is told is a sentence with names in braces")
            case _:
                # Words of the catalogue, or text that is not ours.
                pass


def written(text):
    """The catalogue with the sentences as they are now."""
    kept = text.split(HEAD)[0].rstrip()
    lines = [f"  {_quoted(one)}: {_quoted(one)}" for one in sentences()]
    return f"{kept}\n{HEAD}" + "\n".join(lines) + "\n"


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    ENGLISH.write_text(written(ENGLISH.read_text(encoding="utf-8")), encoding="utf-8")

"""Say whether durable-rules is installed, loads, and was built with -O2; exit with 1 where not."""

import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def main(requirement: str) -> str | None:
    """Return what is wrong with the installed package, or None."""
    name, _, wanted = requirement.partition("==")
    try:
        found = version(name)
        library = import_module("durable_rules_engine")
    except (PackageNotFoundError, ImportError) as error:
        return f"{name} will be built: {error}"
    if found != wanted:
        return f"{name} will be built: {found} is installed, {wanted} wanted"
    if b" -O2 " not in Path(str(library.__file__)).read_bytes():
        return f"{name} will be built: the installed one was not built with -O2"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

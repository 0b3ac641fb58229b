"""Writes the digests of what the shipped packs say: lint tells by them what was changed since it was published."""

import json

from mtus_engine.api import load_rules, shipped_rules
from mtus_engine.loader.packs import shipped_packs
from mtus_engine.policy.published import PUBLISHED, fingerprints


def main() -> None:
    """Write the file beside the module that reads it."""
    ruleset = load_rules((shipped_rules(), *shipped_packs().values()))
    found = {key: parts for one in (ruleset, *ruleset.others) for key, parts in fingerprints(one).items()}
    PUBLISHED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

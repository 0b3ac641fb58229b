"""The facts that a notice quotes."""


def quoted_facts(says: str) -> tuple[str, ...]:
    """Return the names of the facts that a notice quotes as {fact.name}."""
    return tuple(part.partition("}")[0] for part in says.split("{")[1:])

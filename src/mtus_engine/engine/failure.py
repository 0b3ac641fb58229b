"""What goes wrong inside the engine: never the fault of a case that was accepted."""


class EngineFailure(Exception):
    """The rules engine failed or contradicted itself; the message names the rules, and the case where known."""

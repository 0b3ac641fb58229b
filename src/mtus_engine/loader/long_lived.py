"""Keeping Python's garbage collector from searching what is loaded once and stays."""

import gc

# The collector searches for circles after so many new objects: determining makes none that matter.
_NEW_OBJECTS = 50_000


def keep_long() -> None:
    """Leave what is loaded by now out of every later search for circles, and search less often.

    For programs that do nothing else: rules are some hundred thousand objects, and searching them again and again took
    a fifth of the time of determining many cases.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)

"""What is loaded once and stays: Python's collector need not look at it again."""

import gc

# So many new objects come before the collector looks for circles: determining makes none that matter.
_NEW_OBJECTS = 50_000


def keep_long() -> None:
    """Leave what is loaded by now out of every later search for circles, and search less often.

    For programs of one purpose: rules are some hundred thousand objects, and searching them again and again was a fifth
    of the time of determining many cases.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)

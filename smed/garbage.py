"""Python's look for garbage that holds itself: rarer, where what is made stays or is soon gone."""

import gc
from contextlib import contextmanager

OBJECTS_BETWEEN_COLLECTIONS = 100_000


@contextmanager
def rare_collection():
    """Fewer looks for garbage within the block: as often as usual they cost a tenth of its time."""
    usual = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def imports_kept():
    """Nothing made before the block is looked through for garbage within it: of what a large
    library imports nothing is garbage, and looking costs a quarter of the work.

    Kept for good, DuckDB's types would outlive the interpreter, which ends with a page of warnings.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

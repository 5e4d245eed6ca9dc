"""The gate: judges the data of a candidate before anyone may read it."""

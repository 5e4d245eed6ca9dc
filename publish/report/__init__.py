"""The report of a release: a static site that is opened from a file."""

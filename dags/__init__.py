"""When things happen: one DAG a file, each task one function of ``operate.tasks``."""

"""The steps in their order: what a DAG's task and a command of ``smed`` both call."""

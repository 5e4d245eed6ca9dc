"""Datasets, charts and dashboards for Apache Superset, made from dbt's manifest and two lists."""

{# What an observation is, from whichever source: all of them have these columns, in this order. #}
{% macro observation_columns() -%}
    snapshot_id,
        source_code,
        series_code,
        country_code,
        unit_code,
        series_title,
        unit_detail,
        vintage_basis,
        observation_year,
        value,
        is_break,
        is_whole,
        is_recorded,
        is_illustrative,
        vintage_date,
        known_from,
        retrieved_at
{%- endmacro %}

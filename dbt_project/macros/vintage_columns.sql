{# What the rows of one vintage of a series and member state have in common; of a relation, if one is named. -#}
{% macro vintage_columns(relation=none) -%}
    {%- for column in [
        'snapshot_id', 'source_code', 'series_code', 'country_code', 'unit_code', 'unit_detail', 'vintage_basis',
        'is_whole', 'is_recorded', 'is_illustrative', 'vintage_date', 'known_from', 'retrieved_at'
    ] -%}
        {{ relation ~ '.' if relation }}{{ column }}{{ ',\n        ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

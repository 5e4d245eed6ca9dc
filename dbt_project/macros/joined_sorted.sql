{# The distinct values of a group in one text, sorted, separated by |; null without any. #}
{% macro joined_sorted(column) -%}
    {{ adapter.dispatch("joined_sorted")(column) }}
{%- endmacro %}

{% macro default__joined_sorted(column) -%}
    string_agg(distinct {{ column }}, '|' order by {{ column }})
{%- endmacro %}

{% macro spark__joined_sorted(column) -%}
    nullif(array_join(sort_array(collect_set({{ column }})), '|'), '')
{%- endmacro %}

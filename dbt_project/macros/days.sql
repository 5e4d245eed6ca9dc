{# Whole days from one date to another. #}
{% macro days_between(start_date, end_date) -%}
    {{ adapter.dispatch("days_between")(start_date, end_date) }}
{%- endmacro %}

{% macro default__days_between(start_date, end_date) -%}
    ({{ end_date }} - {{ start_date }})
{%- endmacro %}

{% macro spark__days_between(start_date, end_date) -%}
    datediff({{ end_date }}, {{ start_date }})
{%- endmacro %}

{# The date so many days after another. #}
{% macro days_after(start_date, days) -%}
    {{ adapter.dispatch("days_after")(start_date, days) }}
{%- endmacro %}

{% macro default__days_after(start_date, days) -%}
    ({{ start_date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__days_after(start_date, days) -%}
    date_add({{ start_date }}, cast({{ days }} as integer))
{%- endmacro %}

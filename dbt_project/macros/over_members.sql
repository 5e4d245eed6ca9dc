{# An aggregate over members in the order of their codes: equal inputs, equal last digits, however many threads. #}
{% macro over_members(aggregate, value) -%}
    {{ adapter.dispatch("over_members")(aggregate, value) }}
{%- endmacro %}

{% macro default__over_members(aggregate, value) -%}
    {{ aggregate }}({{ value }} order by country_code)
{%- endmacro %}

{# Spark has no such aggregates: its last digits may differ from run to run. #}
{% macro spark__over_members(aggregate, value) -%}
    {{ aggregate }}({{ value }})
{%- endmacro %}

{# A schema is called what the project calls it; on a server that homes share, after the home's own prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ adapter.dispatch("schema_name", "smed")((custom_schema_name or target.schema) | trim) }}
{%- endmacro %}

{% macro default__schema_name(name) -%}
    {{ name }}
{%- endmacro %}

{% macro spark__schema_name(name) -%}
    {{ target.schema ~ "_" ~ name if name != target.schema else name }}
{%- endmacro %}

{# The mean of those that are not null, as `sum_over_members` adds them; null without any. #}
{% macro mean_over_members(term) -%}
    {{ sum_over_members(term) }} / nullif(count({{ term }}), 0)
{%- endmacro %}

{#
    A sum over members whose last digit hangs neither on their order nor on the number of threads: the terms are
    added as decimals, each divided by a `size` of the group so that it is at most about 1.
#}
{% macro sum_over_members(term, size="1") -%}
    cast(sum(cast({{ term }} / {{ size }} as decimal(38, 30))) as double) * max({{ size }})
{%- endmacro %}

{#
    The codes of a group's members in one text, sorted, separated by |; null without any. Each code must come
    once: a list is sorted for half of what an ordered aggregate costs, which sorts group by group.
#}
{% macro joined_members(column) -%}
    {{ adapter.dispatch("joined_members")(column) }}
{%- endmacro %}

{% macro default__joined_members(column) -%}
    {#- a list holds its nulls too, and most members have none of what is named -#}
    nullif(
        array_to_string(list_sort(list({{ column }}) filter (where {{ column }} is not null)), '|'), ''
    )
{%- endmacro %}

{% macro spark__joined_members(column) -%}
    nullif(array_join(sort_array(collect_list({{ column }})), '|'), '')
{%- endmacro %}

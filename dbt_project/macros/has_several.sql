{# Whether a group has more than one value of any of some columns; cheaper than to count the distinct ones. #}
{% macro has_several() -%}
    coalesce(
        {%- for column in varargs %}
        min({{ column }}) != max({{ column }}){{ ", false) or coalesce(" if not loop.last }}
        {%- endfor %}, false
    )
{%- endmacro %}

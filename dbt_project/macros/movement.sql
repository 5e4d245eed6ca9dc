{# Which way a status says that a KPI moves, whichever method says it. #}
{% macro movement(status) -%}
    case
        when {{ status }} in ('achieved', 'on_track') then 'forward'
        when {{ status }} in ('acceleration_needed', 'limited', 'fair') then 'slow'
        else 'back'
    end
{%- endmacro %}

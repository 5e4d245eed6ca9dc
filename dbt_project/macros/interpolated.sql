{#
    The height at `position` of the straight lines through `points` (position, height), capped at both ends.
    Points at one position make a step; their positions must not fall.
#}
{% macro interpolated(position, points) -%}
    case
        when {{ position }} is null then null
        when {{ position }} <= {{ points[0][0] }} then {{ points[0][1] }}
        {%- for start, end in zip(points[:-1], points[1:]) %}
        when {{ position }} <= {{ end[0] }}
            then
                {{ start[1] }} + ({{ end[1] }} - {{ start[1] }})
                * ({{ position }} - {{ start[0] }}) / nullif({{ end[0] }} - {{ start[0] }}, 0)
        {%- endfor %}
        else {{ points[-1][1] }}
    end
{%- endmacro %}

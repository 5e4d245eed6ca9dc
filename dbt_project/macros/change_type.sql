{#
    What a vintage did to a cell, beside the vintage before it; null if nothing. A value that returns to an old
    figure has changed again.
#}
{% macro change_type() -%}
    case
        when value is null and earlier_value is null then null
        when value is null then 'withdrawn'
        when earlier_value is null then 'added'
        when
            coalesce(unit_code, '') != coalesce(earlier_unit_code, '')
            or coalesce(unit_detail, '') != coalesce(earlier_unit_detail, '')
            then 'rebased'
        when abs(value - earlier_value) > abs(earlier_value) * value_noise_ratio then 'changed'
        -- a source may flag a break later, and leave the value as it was
        when is_break != was_break then 'changed'
        -- a real value in the place of an invented one is another, be it equal
        when is_illustrative != was_illustrative then 'changed'
        else null
    end
{%- endmacro %}

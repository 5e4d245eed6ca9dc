{#
    What a column names exists in the table it refers to; null names nothing. One node for all references of a
    table. references: [{column, model, field}]; field is the column's own name if left out.
#}
{% test refers(model, references) %}

    {%- for reference in references %}
        {%- set field = reference.get("field", reference.column) %}
    select
        '{{ reference.column }}' as broken_reference,
        referring.{{ reference.column }} as value_without_row
    from {{ model }} as referring
    left join {{ ref(reference.model) }} as referred
        on referring.{{ reference.column }} = referred.{{ field }}
    where referring.{{ reference.column }} is not null and referred.{{ field }} is null
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}

{% endtest %}

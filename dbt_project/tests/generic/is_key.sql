{# The columns together name one row, and none of them is null: one scan. #}
{% test is_key(model, columns) %}

    select
        {{ columns | join(", ") }},
        count(*) as rows_count
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1
    {%- for column in columns %}
        or {{ column }} is null
    {%- endfor %}

{% endtest %}

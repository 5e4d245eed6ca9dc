{#
    Every row keeps every rule; a rule that comes out null is broken. One scan, and each row that fails names
    the first rule it breaks.
    rules: SQL that must be true. closed_lists: column -> the values it may have.
    nullable_closed_lists: the same, where null means that there is nothing to say.
#}
{% test holds(model, rules=[], closed_lists={}, nullable_closed_lists={}) %}

    {%- set broken = rules | list -%}
    {%- for column, values in closed_lists.items() -%}
        {%- do broken.append(column ~ " in ('" ~ values | join("', '") ~ "')") -%}
    {%- endfor -%}
    {%- for column, values in nullable_closed_lists.items() -%}
        {%- do broken.append(column ~ " is null or " ~ column ~ " in ('" ~ values | join("', '") ~ "')") -%}
    {%- endfor %}

    select *
    from (
        select
            case
                {%- for rule in broken %}
                when not coalesce({{ rule }}, false) then '{{ rule | replace("'", "''") }}'
                {%- endfor %}
                else null
            end as broken_rule,
            tested.*
        from {{ model }} as tested
    ) as judged
    where broken_rule is not null

{% endtest %}

{# Every column of every seed is text, so that no engine guesses a type; staging casts. #}
{% macro create_csv_table(model, agate_table) -%}
    {%- set sql -%}
        create table {{ this.render() }} (
            {%- for column_name in agate_table.column_names %}
            {{ adapter.quote_seed_column(column_name, none) }} {{ dbt.type_string() }}{{ "," if not loop.last }}
            {%- endfor %}
        ) {{ file_format_clause() ~ " " ~ location_clause() if target.type == "spark" }}
    {%- endset -%}
    {%- call statement("_") -%}
        {{ sql }}
    {%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}

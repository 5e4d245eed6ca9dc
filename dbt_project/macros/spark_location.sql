{#
    Where Spark writes a table: the folder of the candidate, so that the files stay there when the server
    forgets the table. The file format is named, since a server may have another for its own.
#}
{% macro spark__location_clause() -%}
    location '{{ env_var("SPARK_FOLDER") }}/{{ model.schema | replace(target.schema ~ "_", "") }}/{{ model.alias }}'
{%- endmacro %}

{% macro spark__file_format_clause() -%}
    using parquet
{%- endmacro %}

{#
    CTEs that end in `vintage_cells`, what each vintage in `observations` says of every cell that ever had a value.
    Where a series has one vintage of a member state, as most have, there is nothing to fill or to compare.
#}
{% macro filled_vintages() -%}
{%- set columns = [
    'snapshot_id', 'source_code', 'series_code', 'country_code', 'unit_code', 'unit_detail', 'vintage_basis',
    'is_whole', 'is_recorded', 'is_illustrative', 'vintage_date', 'known_from', 'retrieved_at'
] -%}
vintages as (
    select distinct
        {{ columns | join(",\n        ") }}
    from observations
),

vintage_counts as (
    select
        series_code,
        country_code,
        count(*) = 1 as is_only_vintage
    from vintages
    group by series_code, country_code
),

counted as (
    select
        observations.*,
        vintage_counts.is_only_vintage
    from observations
    inner join vintage_counts
        on
            observations.series_code = vintage_counts.series_code
            and observations.country_code = vintage_counts.country_code
),

cells as (
    select distinct
        series_code,
        country_code,
        observation_year
    from counted
    where value is not null and not is_only_vintage
),

-- a vintage that leaves a cell out withdraws it as one that empties it does
vintage_cells as (
    select
        vintages.{{ columns | join(",\n        vintages.") }},
        cells.observation_year,
        counted.value,
        coalesce(counted.is_break, false) as is_break,
        false as is_only_vintage
    from vintages
    inner join cells
        on
            vintages.series_code = cells.series_code
            and vintages.country_code = cells.country_code
    left join counted
        on
            vintages.snapshot_id = counted.snapshot_id
            and cells.series_code = counted.series_code
            and cells.country_code = counted.country_code
            and cells.observation_year = counted.observation_year
    -- what is sent in parts says nothing of the cells that a part leaves out
    where coalesce(vintages.is_whole, true) or counted.snapshot_id is not null
    union all
    select
        {{ columns | join(",\n        ") }},
        observation_year,
        value,
        coalesce(is_break, false) as is_break,
        true as is_only_vintage
    from counted
    where value is not null and is_only_vintage
)
{%- endmacro %}

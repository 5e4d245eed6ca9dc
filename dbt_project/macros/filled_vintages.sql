{# CTEs that end in `vintage_cells`, what each of `vintages` says of every cell that ever had a value in `observations`. #}
{% macro filled_vintages() -%}
compared_series as (
    select distinct
        series_code,
        country_code
    from vintages
),

cells as (
    select distinct
        observations.series_code,
        observations.country_code,
        observations.observation_year
    from observations
    inner join compared_series
        on
            observations.series_code = compared_series.series_code
            and observations.country_code = compared_series.country_code
    where observations.value is not null
),

-- a vintage that leaves a cell out withdraws it as one that empties it does
vintage_cells as (
    select
        {{ vintage_columns('vintages') }},
        cells.observation_year,
        observations.value,
        coalesce(observations.is_break, false) as is_break
    from vintages
    inner join cells
        on
            vintages.series_code = cells.series_code
            and vintages.country_code = cells.country_code
    left join observations
        on
            vintages.snapshot_id = observations.snapshot_id
            and cells.series_code = observations.series_code
            and cells.country_code = observations.country_code
            and cells.observation_year = observations.observation_year
    -- what is sent in parts says nothing of the cells that a part leaves out
    where coalesce(vintages.is_whole, true) or observations.snapshot_id is not null
)
{%- endmacro %}

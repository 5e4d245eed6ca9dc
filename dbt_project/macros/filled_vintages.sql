{# CTEs that end in `vintage_cells`, what each vintage in `observations` says of every cell that ever had a value. #}
{% macro filled_vintages() -%}
vintages as (
    select distinct
        snapshot_id,
        source_code,
        series_code,
        country_code,
        unit_code,
        unit_detail,
        vintage_basis,
        is_whole,
        is_recorded,
        is_illustrative,
        vintage_date,
        known_from,
        retrieved_at
    from observations
),

cells as (
    select distinct
        series_code,
        country_code,
        observation_year
    from observations
    where value is not null
),

-- a vintage that leaves a cell out withdraws it as one that empties it does
vintage_cells as (
    select
        vintages.*,
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

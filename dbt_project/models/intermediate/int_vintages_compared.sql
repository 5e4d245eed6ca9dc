with observations as (
    select * from {{ ref('int_observations_united') }}
),

vintages as (
    select distinct
        snapshot_id,
        source_code,
        series_code,
        country_code,
        unit_code,
        vintage_basis,
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
        observations.value
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
),

compared as (
    select
        *,
        lag(value) over vintage_order as earlier_value,
        lag(unit_code) over vintage_order as earlier_unit_code
    from vintage_cells
    window vintage_order as (
        partition by series_code, country_code, observation_year
        order by vintage_date, retrieved_at nulls first, snapshot_id
    )
)

select * from compared

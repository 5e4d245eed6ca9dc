with source as (
    select * from {{ source('inputs', 'adb_observations') }}
),

adb_economies as (
    select * from {{ ref('stg_plan__adb_economies') }}
),

snapshots as (
    select
        snapshot_id,
        source as source_code,
        series as series_code,
        series_title,
        vintage_basis,
        is_recorded,
        vintage_date,
        retrieved_at,
        min(time) as first_time
    from source
    group by
        snapshot_id, source, series, series_title, vintage_basis, is_recorded, vintage_date,
        retrieved_at
),

-- a country that a vintage leaves out altogether has a row without a value in it
spread as (
    select
        snapshots.*,
        adb_economies.country_code,
        coalesce(source.time, snapshots.first_time) as year_text,
        source.value,
        source.obs_status,
        case
            when source.value is null then null
            else coalesce(source.unit, '') || ' ' || coalesce(source.base_year, '')
        end as unit_detail
    from snapshots
    cross join adb_economies
    left join source
        on
            snapshots.snapshot_id = source.snapshot_id
            and adb_economies.adb_economy_code = source.economy
),

-- what the gate held back is unknown for that country: its last good vintage stays
let_through as (
    select spread.*
    from spread
    left join {{ ref('stg_quality__held_back_partitions') }} as held_back_partitions
        on
            spread.snapshot_id = held_back_partitions.snapshot_id
            and spread.series_code = held_back_partitions.series_code
            and spread.country_code = held_back_partitions.country_code
    where held_back_partitions.snapshot_id is null
)

select * from let_through

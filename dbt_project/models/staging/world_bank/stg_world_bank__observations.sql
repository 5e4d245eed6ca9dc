with source as (
    select * from {{ source('inputs', 'world_bank_observations') }}
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

series_titles as (
    select * from {{ ref('int_title_units_known') }}
),

held_back_partitions as (
    select * from {{ ref('stg_quality__held_back_partitions') }}
),

-- the unit belongs to the vintage: its title tells it; rows of other countries stay in raw
renamed as (
    select
        source.snapshot_id,
        source.source as source_code,
        source.series as series_code,
        source.economy as country_code,
        series_titles.unit_code,
        source.series_title,
        source.vintage_basis,
        cast(replace(source.time, 'YR', '') as integer) as observation_year,
        source.value,
        source.is_recorded,
        false as is_illustrative,
        true as is_whole,
        source.vintage_date,
        source.vintage_date as known_from,
        source.retrieved_at,
        -- the source flags none, and its titles tell the whole unit
        false as is_break,
        cast(null as string) as unit_detail
    from source
    inner join countries
        on source.economy = countries.country_code
    left join series_titles
        on
            source.series = series_titles.series_code
            and source.series_title = series_titles.series_title
    -- what the gate held back is unknown for that country: its last good vintage stays
    left join held_back_partitions
        on
            source.snapshot_id = held_back_partitions.snapshot_id
            and source.series = held_back_partitions.series_code
            and source.economy = held_back_partitions.country_code
    where held_back_partitions.snapshot_id is null
)

select * from renamed

with source as (
    select * from {{ ref('component_series') }}
),

renamed as (
    select
        cast(source_code as string) as source_code,
        cast(series_code as string) as series_code,
        cast(database_code as string) as database_code,
        cast(unit_code as string) as unit_code,
        cast(series_title as string) as series_title,
        cast(source_state as string) as source_state,
        cast(source_unit_codes as string) as source_unit_codes,
        cast(note as string) as note,
        cast(plausible_min as double) as plausible_min,
        cast(plausible_max as double) as plausible_max,
        cast(state_from_date as date) as state_from_date
    from source
)

select * from renamed
order by series_code, state_from_date

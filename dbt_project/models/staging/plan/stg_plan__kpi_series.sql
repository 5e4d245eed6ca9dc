with source as (
    select * from {{ ref('kpi_series') }}
),

renamed as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(source_code as string) as source_code,
        cast(series_code as string) as series_code,
        cast(database_code as string) as database_code,
        cast(unit_code as string) as unit_code,
        cast(series_title as string) as series_title,
        cast(source_state as string) as source_state,
        cast(note as string) as note,
        cast(preference_number as integer) as preference_number,
        cast(plausible_min as double) as plausible_min,
        cast(plausible_max as double) as plausible_max,
        cast(state_from_date as date) as state_from_date
    from source
)

select * from renamed
order by kpi_code, preference_number, state_from_date

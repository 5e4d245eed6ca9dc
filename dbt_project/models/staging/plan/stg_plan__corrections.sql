with source as (
    select * from {{ ref('corrections') }}
),

renamed as (
    select
        cast(correction_id as string) as correction_id,
        cast(series_code as string) as series_code,
        cast(country_code as string) as country_code,
        cast(correction_action as string) as correction_action,
        cast(reason as string) as reason,
        cast(reported_to as string) as reported_to,
        cast(correction_status as string) as correction_status,
        cast(observation_year as integer) as observation_year,
        cast(expected_old_value as double) as expected_old_value,
        cast(corrected_value as double) as corrected_value,
        cast(first_seen_date as date) as first_seen_date,
        cast(retired_from_date as date) as retired_from_date
    from source
)

select * from renamed
order by correction_id

with source as (
    select * from {{ source('inputs', 'kpi_submissions') }}
),

held_back_partitions as (
    select * from {{ ref('stg_quality__held_back_partitions') }}
),

renamed as (
    select
        cast(submission_id as string) as submission_id,
        cast(party_code as string) as party_code,
        cast(kpi_code as string) as kpi_code,
        cast(country_code as string) as country_code,
        cast(unit_code as string) as unit_code,
        cast(
            coalesce(
                reporting_period,
                concat(
                    cast(extract(year from submitted_at) as string),
                    case when extract(month from submitted_at) <= 6 then 'H1' else 'H2' end
                )
            ) as string
        ) as reporting_period,
        cast(sheet_name as string) as sheet_name,
        cast(cell_reference as string) as cell_reference,
        cast(observation_year as integer) as observation_year,
        cast(row_number as integer) as row_number,
        cast(value as double) as value,
        coalesce(definition_state = 'changed', false) as is_break,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(coalesce(is_superseded, false) as boolean) as is_superseded,
        cast(coalesce(is_retracted, false) as boolean) as is_retracted,
        cast(coalesce(vintage_date, known_from) as date) as vintage_date,
        cast(known_from as date) as known_from,
        cast(submitted_at as timestamp) as submitted_at,
        cast(coalesce(accepted_at, submitted_at) as timestamp) as accepted_at
    from source
),

-- what the gate held back was sent, but no figure is made of it
marked as (
    select
        renamed.*,
        held_back_partitions.snapshot_id is not null as is_held_back
    from renamed
    left join held_back_partitions
        on
            renamed.submission_id = held_back_partitions.snapshot_id
            and renamed.kpi_code = held_back_partitions.kpi_code
            and renamed.country_code = held_back_partitions.country_code
)

select * from marked

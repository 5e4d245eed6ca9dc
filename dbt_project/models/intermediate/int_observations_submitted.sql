with submitted_values as (
    select * from {{ ref('stg_submissions__kpi_values') }}
),

submitted_series as (
    select distinct
        kpi_code,
        source_code,
        series_code
    from {{ ref('stg_plan__kpi_series') }}
    where source_state = 'submitted'
),

-- a submission, or what takes a row of it back, is a vintage of the cells that it fills, and says
-- nothing of others
submitted as (
    select
        case
            when submitted_values.is_retracted
                then concat(
                        submitted_values.submission_id,
                        '.',
                        cast(submitted_values.row_number as string),
                        '.retracted'
                    )
            else submitted_values.submission_id
        end as snapshot_id,
        submitted_series.source_code,
        submitted_series.series_code,
        submitted_values.country_code,
        submitted_values.unit_code,
        cast(null as string) as series_title,
        cast(null as string) as unit_detail,
        'submission' as vintage_basis,
        submitted_values.observation_year,
        case
            when submitted_values.is_retracted then null
            else submitted_values.value
        end as value,
        submitted_values.is_break,
        false as is_whole,
        false as is_recorded,
        submitted_values.is_illustrative,
        submitted_values.vintage_date,
        submitted_values.known_from,
        submitted_values.accepted_at as retrieved_at
    from submitted_values
    inner join submitted_series
        on submitted_values.kpi_code = submitted_series.kpi_code
    where not submitted_values.is_superseded and not submitted_values.is_held_back
)

select * from submitted

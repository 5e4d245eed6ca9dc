{{ config(materialized='table') }}

-- whose quarantine is over though nothing good came after it
with taken_back as (
    select submission_id
    from {{ ref('stg_submissions__kpi_values') }}
    where is_retracted
),

held_back_vintages as (
    select * from {{ ref('stg_quality__held_back_partitions') }}
    where
        is_in_force
        -- of an answer that was refused as a whole nothing landed that could have a name
        and coalesce(snapshot_id, finding_id) not in (select submission_id from taken_back)
),

derived_series as (
    select * from {{ ref('stg_plan__derived_series') }}
),

-- a ratio lacks what either of its parts lacks
affected as (
    select
        series_code,
        country_code,
        finding_id,
        check_id,
        vintage_date,
        held_since_date
    from held_back_vintages
    union all
    select
        derived_series.series_code,
        held_back_vintages.country_code,
        held_back_vintages.finding_id,
        held_back_vintages.check_id,
        held_back_vintages.vintage_date,
        held_back_vintages.held_since_date
    from held_back_vintages
    inner join derived_series
        on
            held_back_vintages.series_code in (
                derived_series.numerator_series_code, derived_series.denominator_series_code
            )
),

ranked as (
    select
        *,
        row_number() over (
            partition by series_code, country_code
            order by vintage_date desc, finding_id desc
        ) as recency_rank
    from affected
),

partitions as (
    select
        series_code,
        country_code,
        min(held_since_date) as held_back_since_date,
        max(case when recency_rank = 1 then check_id else null end) as held_back_check_id
    from ranked
    group by series_code, country_code
)

select * from partitions

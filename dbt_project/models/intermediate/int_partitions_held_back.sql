{{ config(materialized='table') }}

with held_back_vintages as (
    select * from {{ ref('int_vintages_held_back') }}
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
        vintage_date
    from held_back_vintages
    union all
    select
        derived_series.series_code,
        held_back_vintages.country_code,
        held_back_vintages.finding_id,
        held_back_vintages.check_id,
        held_back_vintages.vintage_date
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
        min(vintage_date) as held_back_since_date,
        max(case when recency_rank = 1 then check_id else null end) as held_back_check_id
    from ranked
    group by series_code, country_code
)

select * from partitions

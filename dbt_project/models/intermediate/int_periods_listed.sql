{{ config(materialized='table') }}

{#- far more half-years than a plan has -#}
{%- set periods_at_most = 256 -%}

with builds as (
    select * from {{ ref('int_builds_described') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

numbers as (
    {{ generate_series(periods_at_most) }}
),

halves as (
    select
        builds.as_of_date,
        cast(
            extract(year from builds.plan_start_date)
            + floor(
                (
                    numbers.generated_number - 1
                    + case when extract(month from builds.plan_start_date) > 6 then 1 else 0 end
                ) / 2
            ) as integer
        ) as period_year,
        (
            numbers.generated_number - 1
            + case when extract(month from builds.plan_start_date) > 6 then 1 else 0 end
        ) % 2 = 0 as is_first_half
    from builds
    cross join numbers
),

dated as (
    select
        *,
        concat(
            cast(period_year as string), case when is_first_half then 'H1' else 'H2' end
        ) as reporting_period,
        make_date(
            period_year, case when is_first_half then 1 else 7 end, 1
        ) as period_start_date,
        make_date(
            period_year,
            case when is_first_half then 6 else 12 end,
            case when is_first_half then 30 else 31 end
        ) as period_end_date
    from halves
),

-- reporting goes on after the plan's end, since figures and late completions come after it
listed as (
    select
        dated.reporting_period,
        dated.period_start_date,
        dated.period_end_date,
        least(dated.period_end_date, dated.as_of_date) as status_date,
        {{ days_after('dated.period_end_date', 'submission_grace_days') }} as due_date,
        dated.as_of_date <= dated.period_end_date as is_current
    from dated
    cross join thresholds
    where dated.period_start_date <= dated.as_of_date
)

select * from listed

with offered_baselines as (
    select * from {{ ref('int_baselines_offered') }}
),

-- the nearest year serves, the earlier of two
ranked as (
    select
        *,
        row_number() over (
            partition by kpi_code, country_code
            order by years_away, baseline_year
        ) as nearness_rank
    from offered_baselines
    where baseline_value is not null
),

chosen as (
    select
        kpi_code,
        country_code,
        baseline_unit_code,
        baseline_unit_detail,
        baseline_snapshot_id,
        baseline_year,
        definition_number,
        baseline_value,
        baseline_value_first_known,
        is_baseline_illustrative
    from ranked
    where nearness_rank = 1
)

select * from chosen

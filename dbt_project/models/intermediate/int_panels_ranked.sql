with panels as (
    select * from {{ ref('int_panels_measured') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

covered as (
    select
        panels.*,
        -- of values that do not compare there is no mean
        case
            when has_mixed_units then 'unit_mismatch'
            when missing_panel_share <= region_missing_weight_share then null
            when has_break then 'break'
            else 'unit_mismatch'
        end as panel_reason_code
    from panels
    cross join thresholds
    where missing_share <= region_missing_weight_share
),

-- beside itself, a year that may serve shows how far it is covered; the nearest serves
nearest as (
    select
        kpi_code,
        group_code,
        baseline_year,
        row_number() over (
            partition by kpi_code, group_code
            order by baseline_years_away, baseline_year
        ) as nearness_rank
    from covered
    where observation_year = baseline_year
),

ranked as (
    select
        covered.*,
        row_number() over (
            partition by covered.kpi_code, covered.group_code
            order by covered.observation_year desc
        ) as recency_rank
    from covered
    inner join nearest
        on
            covered.kpi_code = nearest.kpi_code
            and covered.group_code = nearest.group_code
            and covered.baseline_year = nearest.baseline_year
    where nearest.nearness_rank = 1
)

select * from ranked

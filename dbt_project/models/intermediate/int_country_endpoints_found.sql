with expected_kpis as (
    select * from {{ ref('int_kpis_expected') }}
),

observations as (
    select * from {{ ref('int_observations_matched') }}
),

baselines as (
    select * from {{ ref('int_baselines_chosen') }}
),

-- the latest point, and the one that would be latest without it
endpoints as (
    select
        'latest' as endpoint_code,
        1 as recency_rank
    union all
    select
        'previous' as endpoint_code,
        2 as recency_rank
),

points as (
    select
        *,
        row_number() over (
            partition by kpi_code, country_code
            order by observation_year desc
        ) as recency_rank
    from observations
    where value is not null
),

found as (
    select
        expected_kpis.kpi_code,
        'country' as entity_kind,
        expected_kpis.country_code as entity_code,
        endpoints.endpoint_code,
        baselines.baseline_unit_code,
        baselines.baseline_snapshot_id,
        points.version_unit_code as end_unit_code,
        points.snapshot_id as end_snapshot_id,
        expected_kpis.direction,
        baselines.baseline_year,
        baselines.baseline_value,
        baselines.baseline_value_first_known,
        points.observation_year as end_year,
        points.value as end_value,
        expected_kpis.natural_limit,
        expected_kpis.target_value,
        expected_kpis.target_year,
        expected_kpis.target_value is not null as has_target,
        -- so does a base year that the source has left since the baseline became known
        coalesce(baselines.definition_number != points.definition_number, false)
        or coalesce(baselines.baseline_unit_detail != points.unit_detail, false) as has_break,
        cast(null as string) as endpoint_reason_code,
        cast(null as string) as panel_country_codes,
        coalesce(points.is_recorded, false) as is_recorded,
        coalesce(baselines.is_baseline_illustrative, false)
        or coalesce(points.is_illustrative, false) as is_illustrative,
        points.vintage_date as end_vintage_date
    from expected_kpis
    cross join endpoints
    left join baselines
        on
            expected_kpis.kpi_code = baselines.kpi_code
            and expected_kpis.country_code = baselines.country_code
    left join points
        on
            expected_kpis.kpi_code = points.kpi_code
            and expected_kpis.country_code = points.country_code
            and endpoints.recency_rank = points.recency_rank
)

select * from found

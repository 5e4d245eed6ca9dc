with expected_kpis as (
    select * from {{ ref('int_kpis_expected') }}
),

points as (
    select * from {{ ref('int_observations_matched') }}
),

baselines as (
    select * from {{ ref('int_baselines_chosen') }}
),

endpoints as (
    select * from {{ ref('int_country_endpoints_dated') }}
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
    inner join endpoints
        on
            expected_kpis.kpi_code = endpoints.kpi_code
            and expected_kpis.country_code = endpoints.country_code
    left join baselines
        on
            expected_kpis.kpi_code = baselines.kpi_code
            and expected_kpis.country_code = baselines.country_code
    left join points
        on
            endpoints.kpi_code = points.kpi_code
            and endpoints.country_code = points.country_code
            and endpoints.end_year = points.observation_year
)

select * from found

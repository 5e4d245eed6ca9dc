-- what each KPI of each economy has achieved: no targets, no breaks, the value known now as baseline
create or replace table hand.achievements as
with points as (
    select
        *,
        {
            'value': value, 'year': observation_year, 'unit': version_unit_code,
            'snapshot': snapshot_id, 'vintage': vintage_date
        } as point
    from intermediate.int_observations_matched
    where value is not null
),
ends as (
    select
        kpi_code, country_code, any_value(series_code) as series_code,
        max(if(direction = 'higher', 1, -1)) as sign, max(natural_limit) as natural_limit,
        arg_max(point, observation_year, 2) as last_points,
        arg_min(
            point,
            abs(observation_year - plan_baseline_year) * 2
            + case when observation_year < plan_baseline_year then 0 else 1 end
        ) filter (abs(observation_year - plan_baseline_year) <= baseline_tolerance_years)
            as baseline
    from points cross join intermediate.int_builds_described
    group by kpi_code, country_code
),
last_two as (
    select *, last_points[rank] as last
    from ends cross join (values (1), (2)) as ranks (rank)
    where len(last_points) >= rank
),
growths as (
    select
        *,
        case
            when baseline is null then 'no_baseline'
            when last.year <= baseline.year then 'one_point'
            when last.unit != baseline.unit then 'unit_mismatch'
            when baseline.value <= 0 or last.value <= 0 then 'zero_base'
            else null
        end as reason,
        case when reason is null
            then power(last.value / baseline.value, 1 / (last.year - baseline.year)) - 1
        end as growth,
        growth * sign as r,
        case
            when natural_limit is null then 1
            when baseline is null or baseline.value <= 0 then null
            when baseline.value <= natural_limit
                then 1 - power(baseline.value / natural_limit, cagr_limit_exponent)
            when baseline.value < natural_limit * 2 then 1 - power(
                (natural_limit * 2 - baseline.value) / natural_limit, cagr_limit_exponent
            )
            else 1
        end as c,
        cagr_on_track_pct / 100 * c as on_track_cut,
        cagr_acceleration_pct / 100 * c as acceleration_cut,
        cagr_limited_pct / 100 * c as limited_cut
    from last_two cross join intermediate.int_thresholds_pivoted
),
judged as (
    select
        *,
        case
            when reason is not null then 'not_assessed'
            when baseline.value = natural_limit
                then if((last.value - natural_limit) * sign >= 0, 'achieved', 'deterioration')
            when r >= on_track_cut then 'on_track'
            when r >= acceleration_cut then 'acceleration_needed'
            when r >= limited_cut then 'limited'
            else 'deterioration'
        end as verdict,
        case
            when reason is not null then 'not_assessed'
            when r >= un_on_track_pct / 100 then 'on_track'
            when r >= un_fair_pct / 100 then 'fair'
            else 'stagnation_or_regression'
        end as un_verdict,
        case
            when reason is not null then null
            when verdict = 'achieved' then score_extreme
            when r <= cagr_score_floor_pct / 100 then -score_extreme
            when r <= limited_cut then -score_extreme + (score_extreme - score_half)
                * (r - cagr_score_floor_pct / 100) / (limited_cut - cagr_score_floor_pct / 100)
            when r <= acceleration_cut
                then -score_half + score_half * (r - limited_cut) / (acceleration_cut - limited_cut)
            when r <= on_track_cut
                then score_half * (r - acceleration_cut) / (on_track_cut - acceleration_cut)
            when r <= cagr_score_ceiling_pct / 100 * c
                then score_half + (score_extreme - score_half) * (r - on_track_cut)
                    / (cagr_score_ceiling_pct / 100 * c - on_track_cut)
            else score_extreme
        end as points_scored
    from growths
),
first_known as (
    select series_code, country_code, observation_year, value
    from intermediate.int_observations_versioned
    where version_number = 1 and observation_year in (
        select distinct baseline.year from ends
    )
),
ways as (
    select 'achieved' as verdict, 'forward' as way
    union all select 'on_track', 'forward'
    union all select 'acceleration_needed', 'slow'
    union all select 'limited', 'slow'
    union all select 'fair', 'slow'
    union all select 'deterioration', 'back'
    union all select 'stagnation_or_regression', 'back'
)
select
    expected.kpi_code, expected.country_code, expected.group_code, expected.source_code,
    expected.series_code, expected.country_name, expected.goal_code, expected.kpi_name,
    expected.goal_name, expected.direction, expected.source_state,
    latest.baseline.snapshot as baseline_snapshot_id, latest.last.snapshot as latest_snapshot_id,
    coalesce(latest.last.unit, expected.unit_code) as unit_code,
    latest.baseline.unit as baseline_unit_code,
    latest.baseline.year as baseline_year, latest.baseline.value as baseline_value,
    first_known.value as baseline_value_first_known,
    latest.last.year as latest_year, latest.last.value as latest_value,
    if(latest.baseline.unit = latest.last.unit, latest.last.value - latest.baseline.value, null)
        as change_value,
    latest.growth * 100 as growth_pct, expected.natural_limit,
    case
        when latest.kpi_code is null then 'no_data'
        when as_of_year - latest_year > staleness_limit_years then 'stale'
        else latest.reason
    end as reason_code,
    if(reason_code is null, latest.r, null) as progress_ratio,
    latest.on_track_cut, latest.acceleration_cut,
    if(reason_code is null, latest.verdict, 'not_assessed') as status,
    if(reason_code is null, latest.un_verdict, 'not_assessed') as un_chart_status,
    if(reason_code is null, latest.points_scored, null) as score,
    case
        when reason_code is not null then 'not_assessed'
        when ways.way = un_ways.way then 'all'
        else 'split'
    end as agreement,
    reason_code is null and coalesce(earlier.verdict, 'not_assessed') != latest.verdict
        as is_fragile,
    latest.last.vintage as vintage_date
from intermediate.int_kpis_expected as expected
cross join intermediate.int_builds_described
left join judged as latest
    on expected.kpi_code = latest.kpi_code
    and expected.country_code = latest.country_code and latest.rank = 1
left join judged as earlier
    on expected.kpi_code = earlier.kpi_code
    and expected.country_code = earlier.country_code and earlier.rank = 2
left join first_known
    on expected.series_code = first_known.series_code
    and expected.country_code = first_known.country_code
    and latest.baseline.year = first_known.observation_year
left join ways on latest.verdict = ways.verdict
left join ways as un_ways on latest.un_verdict = un_ways.verdict;

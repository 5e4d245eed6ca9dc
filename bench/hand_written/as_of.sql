-- what counts as of the day. It may assume what the models do not: every vintage is a whole grid,
-- each KPI has one series, nothing is corrected, acknowledged, submitted or derived
create or replace table hand.versions as
with titles as (
    select series_code, series_title, unit_code from plan.kpi_series
    union
    select series_code, series_title, unit_code from plan.weight_series
    union
    select series_code, series_title, unit_code from plan.former_series_titles
),
known as (
    select
        snapshot_id, source as source_code, series as series_code, economy as country_code,
        titles.unit_code, cast(null as varchar) as unit_detail, vintage_basis,
        true as is_whole, is_recorded, false as is_illustrative,
        vintage_date, vintage_date as known_from, retrieved_at,
        cast(substr(time, 3) as integer) as observation_year, value, false as is_break
    from inputs.world_bank_observations
    inner join titles on series = titles.series_code
        and world_bank_observations.series_title = titles.series_title
    where vintage_date <= (select as_of_date from inputs.builds)
        and economy in (select country_code from plan.countries)
),
several as (
    select series_code from known group by series_code
    having min(snapshot_id) < max(snapshot_id)
),
changed as (
    select
        *,
        lag(value) over cell as earlier_value,
        lag(unit_code) over cell as earlier_unit_code,
        case
            when value is null and earlier_value is null then null
            when value is null then 'withdrawn'
            when earlier_value is null then 'added'
            when unit_code is distinct from earlier_unit_code then 'rebased'
            when abs(value - earlier_value) > abs(earlier_value)
                * (select value_noise_ratio from intermediate.int_thresholds_pivoted) then 'changed'
            else null
        end as change_type
    from known
    where series_code in (select series_code from several)
    window cell as (
        partition by series_code, country_code, observation_year order by known_from
    )
),
numbered as (
    select
        *,
        row_number() over cell as version_number,
        lag(value) over cell as previous_value,
        lead(known_from) over cell as known_to
    from changed
    where change_type is not null
    window cell as (
        partition by series_code, country_code, observation_year order by known_from
    )
)
select
    * exclude (known_to, earlier_value, earlier_unit_code),
    case when change_type = 'changed'
        then (value - previous_value) * 100 / nullif(abs(previous_value), 0) end
        as relative_change_pct,
    known_to,
    known_to is null as is_current,
    false as is_revision_acknowledged
from numbered
union all by name
-- of one vintage nothing can have changed
select
    *,
    'added' as change_type, 1 as version_number, cast(null as double) as previous_value,
    cast(null as double) as relative_change_pct, cast(null as date) as known_to,
    true as is_current, false as is_revision_acknowledged
from known
where value is not null and series_code not in (select series_code from several);

create or replace table hand.matched as
with expected as (
    select
        kpis.kpi_code, countries.country_code, kpis.goal_code, countries.group_code,
        series.source_code, series.series_code, series.unit_code, kpis.kpi_name,
        countries.country_name, goals.goal_name, kpis.direction, series.source_state,
        'unknown' as availability,
        cast(extract(year from kpis.valid_from_date) as integer) as valid_from_year,
        kpis.valid_from_date, kpis.natural_limit,
        coalesce(series.plausible_min, kpis.plausible_min) as plausible_min,
        coalesce(series.plausible_max, kpis.plausible_max) as plausible_max,
        kpis.max_yearly_change_pct, kpis.staleness_limit_years, kpis.publication_lag_years,
        kpis.baseline_tolerance_years, cast(null as double) as target_value,
        cast(null as integer) as target_year, false as is_substitute,
        series.series_code in (
            select series_code from hand.versions
            where vintage_date >= (select plan_start_date from plan.plans)
        ) as is_vintage_held,
        series.state_from_date
    from plan.kpis as kpis
    inner join plan.goals as goals on kpis.goal_code = goals.goal_code
    inner join plan.kpi_series as series on kpis.kpi_code = series.kpi_code
    cross join plan.countries as countries
),
years as (
    select
        unnest(range(plans.first_observation_year, year(builds.as_of_date) + 1)) as observation_year,
        year(builds.as_of_date) as as_of_year,
        builds.as_of_date
    from plan.plans as plans
    cross join inputs.builds as builds
),
latest as (
    select * from hand.versions where is_current
),
breaks as (
    select series_code, country_code, years.observation_year, count(*) as breaks_count
    from latest inner join years on latest.observation_year <= years.observation_year
    where is_break
    group by series_code, country_code, years.observation_year
)
select
    expected.*, years.observation_year, years.as_of_year, years.as_of_date,
    latest.value, latest.unit_code as version_unit_code, latest.unit_detail, latest.snapshot_id,
    latest.vintage_basis, latest.change_type,
    coalesce(breaks.breaks_count, 0) as definition_number,
    latest.previous_value, latest.relative_change_pct, latest.is_revision_acknowledged,
    latest.is_break, latest.is_recorded, latest.is_illustrative,
    latest.vintage_date, latest.known_from, latest.retrieved_at
from expected
cross join years
left join latest
    on expected.series_code = latest.series_code
    and expected.country_code = latest.country_code
    and years.observation_year = latest.observation_year
left join breaks
    on expected.series_code = breaks.series_code
    and expected.country_code = breaks.country_code
    and years.observation_year = breaks.observation_year;

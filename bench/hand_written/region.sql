-- the means of each group and year, and the same over those members that have a baseline too;
-- weights have no holes, and the plan's baseline year is covered
create or replace table hand.weighted as
with weights as (
    select series_code, country_code, observation_year, value as weight
    from intermediate.int_observations_corrected
    where is_current and value > 0
        and series_code in (select series_code from plan.weight_series)
),
baselines as (
    select kpi_code, country_code, value as baseline_value, plan_baseline_year as baseline_year
    from intermediate.int_observations_matched cross join intermediate.int_builds_described
    where observation_year = plan_baseline_year
)
select
    observed.kpi_code, members.group_code, observed.country_code, observed.observation_year,
    observed.version_unit_code, observed.value, baselines.baseline_value, baselines.baseline_year,
    if(kpis.aggregation_code = 'simple_mean', 1, weights.weight) as weight,
    if(kpis.aggregation_code = 'simple_mean', 1, baseline_weights.weight) as baseline_weight
from intermediate.int_observations_matched as observed
inner join plan.kpis as kpis on observed.kpi_code = kpis.kpi_code
inner join intermediate.int_members_grouped as members
    on observed.country_code = members.country_code
inner join baselines on observed.kpi_code = baselines.kpi_code
    and observed.country_code = baselines.country_code
left join weights on kpis.weight_series_code = weights.series_code
    and observed.country_code = weights.country_code
    and observed.observation_year = weights.observation_year
left join weights as baseline_weights on kpis.weight_series_code = baseline_weights.series_code
    and observed.country_code = baseline_weights.country_code
    and baseline_weights.observation_year = baselines.baseline_year;

create or replace table hand.region as
select
    kpi_code, group_code, observation_year,
    array_to_string(
        list_sort(list(case when value is not null then country_code end)), '|'
    ) as reporting_country_codes,
    count(value) as members_reporting_count,
    coalesce(sum(case when value is not null then weight end) / sum(weight), 0) * 100
        as coverage_pct,
    case
        when 1 - sum(case when value is not null then weight end) / sum(weight)
            > (select region_missing_weight_share from intermediate.int_thresholds_pivoted)
            then null
        when min(version_unit_code) != max(version_unit_code) then null
        else sum(value * weight) / sum(case when value is not null then weight end)
    end as value
from hand.weighted
group by kpi_code, group_code, observation_year;

create or replace table hand.panels as
select
    kpi_code, group_code, observation_year, any_value(baseline_year) as baseline_year,
    count(panel_value) as panel_count,
    array_to_string(
        list_sort(list(case when panel_value is not null then country_code end)), '|'
    ) as panel_country_codes,
    sum(panel_value * weight) / sum(case when panel_value is not null then weight end)
        as panel_value,
    sum(panel_baseline * baseline_weight)
        / sum(case when panel_value is not null then baseline_weight end) as baseline_value,
    stddev_pop(panel_value) / nullif(avg(panel_value), 0) as variation,
    stddev_pop(panel_baseline) / nullif(avg(panel_baseline), 0) as baseline_variation
from (
    select
        *,
        case when baseline_value is not null then value end as panel_value,
        case when value is not null then baseline_value end as panel_baseline
    from hand.weighted
)
group by kpi_code, group_code, observation_year;

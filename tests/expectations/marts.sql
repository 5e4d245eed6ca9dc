-- A clean candidate: what it holds is told in conftest.py.
create schema marts;
create schema inputs;
create table inputs.builds as select 'run-1' as run_id, date '2016-12-31' as as_of_date;
create table marts.kpi_observations as
select
    kpi_code, country_code, cast(observation_year as integer) as observation_year,
    replace(kpi_code, 'K', 'G') as goal_code, if(country_code = 'AAA', 'X', 'Y') as group_code,
    false as is_corrected, false as is_illustrative, false as is_held_back,
    case when kpi_code = 'K1' then 50e0 when observation_year <= 2014 then 20e0 end as value,
    'pct' as unit_code, 'S.' || kpi_code as series_code, 'added' as change_type,
    case when kpi_code = 'K1' or observation_year <= 2014 then 'reported' else 'missing' end
        as observation_status,
    case when kpi_code = 'K1' then 'live' else 'discontinued' end as source_state,
    date '2016-06-01' as vintage_date, 'abc' as snapshot_id,
    cast(null as double) as revision_pct, false as is_revision_acknowledged,
    case when kpi_code = 'K1' or observation_year <= 2014 then 0e0 end as yearly_change_pct,
    1e0 as plausible_min, 100e0 as plausible_max, 30e0 as max_yearly_change_pct,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['AAA', 'BBB']) as countries(country_code),
    range(2010, 2017) as years(observation_year);
create table marts.kpi_achievements as
select
    kpi_code, country_code,
    replace(kpi_code, 'K', 'G') as goal_code,
    if(kpi_code = 'K1', 'limited', 'not_assessed') as status,
    if(kpi_code = 'K1', null, 'discontinued') as reason_code,
    if(kpi_code = 'K1', 'stagnation_or_regression', 'not_assessed') as un_chart_status,
    'not_applicable' as linear_path_status,
    if(kpi_code = 'K1', 'all', 'not_assessed') as agreement, 'higher' as direction,
    2012 as baseline_year, if(kpi_code = 'K1', 2016, 2014) as latest_year,
    if(kpi_code = 'K1', 50e0, 20e0) as baseline_value, if(kpi_code = 'K1', 50e0, 20e0) as
    latest_value, cast(null as double) as baseline_value_first_known, 0e0 as change_value,
    0e0 as growth_pct, cast(null as double) as target_value, cast(null as double) as natural_limit,
    'growth' as ratio_basis_code, 15e-3 as on_track_cut, 5e-3 as acceleration_cut,
    if(kpi_code = 'K1', 0e0, null) as progress_ratio, if(kpi_code = 'K1', -25e-1, null) as score,
    false as is_illustrative, false as is_held_back, date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['AAA', 'BBB']) as countries(country_code);
create table marts.goal_scorecards as
select
    goal_code, 1 as kpis_count, if(goal_code = 'G1', 1, 0) as kpis_assessed_count,
    if(goal_code = 'G1', 2, 0) as countries_assessed_count,
    if(goal_code = 'G1', -25e-1, null) as achievement_score,
    if(goal_code = 'G1', null, 'coverage') as achievement_reason_code,
    if(goal_code = 'G1', 'K1', null) as worst_kpi_code,
    if(goal_code = 'G1', 2, 0) as lines_count, 0 as lines_known_missing_count,
    if(goal_code = 'G1', 2, 0) as due_lines_count,
    if(goal_code = 'G1', 0, null) as lines_completed_count,
    if(goal_code = 'G1', 1, null) as lines_overdue_count,
    if(goal_code = 'G1', 1, 0) as lines_not_reported_count, cast(null as double) as delivery_rate_pct, 'unknown' as quadrant,
    cast(null as varchar) as held_back_country_codes,
    date '2016-12-31' as as_of_date
from unnest(['G1', 'G2']) as goals(goal_code);
create table marts.kpi_revisions as
select
    *, true as is_current, 1 as version_number, cast(null as double) as previous_value,
    'abc' as snapshot_id, date '2016-06-01' as vintage_date, false as is_illustrative
from (
    select kpi_code, country_code, observation_year, series_code, value, unit_code
    from marts.kpi_observations where value is not null
    union all
    select 'K1', 'AAA', 2012, 'OWN.K1', 55e0, 'pct'
    union all
    -- withdrawn, and in another unit: neither is another source
    select 'K1', 'AAA', 2013, 'OWN.K1', null, 'pct'
    union all
    select 'K1', 'AAA', 2014, 'OWN.K1', 55e0, 'pct_old'
);
create table marts.sources as
select
    series_code, 'SRC' as source_code, if(series_code = 'S.K2', 'discontinued', 'live') as
    source_state, 'A licence' as licence, if(series_code = 'S.K1', 2016, 2014) as latest_year,
    date '2016-06-01' as last_vintage_date
from unnest(['S.K1', 'S.K2', 'OWN.K1']) as series(series_code);
create table marts.submitted_values (
    kpi_code varchar, country_code varchar, observation_year integer, submission_id varchar,
    value double
);
create table marts.goal_achievements as
select
    goal_code, country_code, if(goal_code = 'G1', -25e-1, null) as score,
    0 as achieved_count, 0 as on_track_count, 0 as acceleration_needed_count,
    if(goal_code = 'G1', 1, 0) as limited_count, 0 as deterioration_count,
    if(goal_code = 'G1', 0, 1) as not_assessed_count, cast(null as varchar) as held_back_kpi_codes
from marts.kpi_achievements;
create table marts.source_discrepancies as
select
    'K1' as kpi_code, 'AAA' as country_code, cast(2012 as integer) as observation_year,
    'S.K1' as used_series_code, 'OWN.K1' as other_series_code, 55e0 as other_value,
    50e0 as used_value, 10e0 as relative_difference_pct, date '2016-12-31' as as_of_date;
create table marts.regional_observations as
select
    kpi_code, group_code, observation_year,
    if(kpi_code = 'K1' or observation_year <= 2014, if(group_code = 'R', 2, 1), 0)
        as members_reporting_count,
    if(group_code = 'R', 2, 1) as members_count, cast(null as varchar) as weight_series_code,
    if(kpi_code = 'K1' or observation_year <= 2014, 100e0, 0e0) as coverage_pct,
    case when kpi_code = 'K1' then 50e0 when observation_year <= 2014 then 20e0 end as value,
    if(kpi_code = 'K1' or observation_year <= 2014, null, 'coverage') as reason_code,
    cast(null as varchar) as held_back_country_codes,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['R', 'X', 'Y']) as groups(group_code),
    (select cast(unnest(range(2010, 2017)) as integer) as observation_year);
create table marts.regional_achievements as
select
    kpi_code, group_code, if(kpi_code = 'K1', 'limited', 'not_assessed') as status,
    if(group_code = 'R', 'AAA|BBB', if(group_code = 'X', 'AAA', 'BBB')) as panel_country_codes,
    'higher' as direction, 2012 as baseline_year, if(kpi_code = 'K1', 2016, 2014) as latest_year,
    if(kpi_code = 'K1', 50e0, 20e0) as baseline_value, if(kpi_code = 'K1', 50e0, 20e0) as
    latest_value, 0e0 as change_value, 0e0 as growth_pct, cast(null as double) as target_value,
    cast(null as double) as natural_limit, 'growth' as ratio_basis_code, 15e-3 as on_track_cut,
    5e-3 as acceleration_cut, if(kpi_code = 'K1', 0e0, null) as progress_ratio,
    if(kpi_code = 'K1', -25e-1, null) as score, cast(null as varchar) as weight_series_code,
    cast(null as varchar) as held_back_country_codes,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['R', 'X', 'Y']) as groups(group_code);
create table marts.development_gaps as
select
    kpi_code, observation_year, value as asean6_value, value as clmv_value,
    value - value as gap_difference, value / value as gap_ratio, value - value as log_gap,
    0e0 as baseline_log_gap, 0e0 as variation_coefficient, 0e0 as baseline_variation_coefficient,
    held_back_country_codes, 'AAA|BBB' as panel_country_codes, 'unclear' as gap_status, date '2016-12-31' as as_of_date
from marts.regional_observations where group_code = 'R';

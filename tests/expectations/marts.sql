-- A clean candidate: what it holds is told in conftest.py.
create schema marts;
create schema inputs;
create table inputs.builds as select 'run-1' as run_id, date '2016-12-31' as as_of_date;
create table marts.kpi_observations as
select
    kpi_code, country_code, cast(observation_year as integer) as observation_year,
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
    if(kpi_code = 'K1', 'on_track', 'not_assessed') as status,
    if(kpi_code = 'K1', null, 'discontinued') as reason_code,
    if(kpi_code = 'K1', 'on_track', 'not_assessed') as un_chart_status,
    'not_applicable' as linear_path_status,
    if(kpi_code = 'K1', 'all', 'not_assessed') as agreement,
    'higher' as direction, 50e0 as baseline_value, 55e0 as latest_value,
    cast(null as double) as target_value,
    if(kpi_code = 'K1', 2e-2, null) as progress_ratio, if(kpi_code = 'K1', 25e-1, null) as score,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['AAA', 'BBB']) as countries(country_code);
create table marts.goal_scorecards as
select
    goal_code, 1 as kpis_count, if(goal_code = 'G1', 1, 0) as kpis_assessed_count,
    if(goal_code = 'G1', 2, 0) as countries_assessed_count,
    if(goal_code = 'G1', 25e-1, null) as achievement_score,
    if(goal_code = 'G1', null, 'coverage') as achievement_reason_code,
    if(goal_code = 'G1', 'K1', null) as worst_kpi_code,
    if(goal_code = 'G1', 2, 0) as lines_count, 0 as lines_known_missing_count,
    if(goal_code = 'G1', 2, 0) as due_lines_count, cast(null as integer) as lines_completed_count,
    cast(null as integer) as lines_overdue_count, if(goal_code = 'G1', 2, 0) as
    lines_not_reported_count, cast(null as double) as delivery_rate_pct, 'unknown' as quadrant,
    date '2016-12-31' as as_of_date
from unnest(['G1', 'G2']) as goals(goal_code);
create table marts.kpi_revisions as
select kpi_code, country_code, observation_year, series_code, value, unit_code, true as is_current
from marts.kpi_observations where value is not null
union all
select 'K1', 'AAA', 2012, 'OWN.K1', 55e0, 'pct', true
union all
-- withdrawn, and in another unit: neither is another source
select 'K1', 'AAA', 2013, 'OWN.K1', null, 'pct', true
union all
select 'K1', 'AAA', 2014, 'OWN.K1', 55e0, 'pct_old', true;
create table marts.source_discrepancies as
select
    'K1' as kpi_code, 'AAA' as country_code, cast(2012 as integer) as observation_year,
    50e0 as used_value, 10e0 as relative_difference_pct, date '2016-12-31' as as_of_date;
create table marts.regional_observations as
select
    kpi_code, group_code, observation_year,
    if(kpi_code = 'K1' or observation_year <= 2014, if(group_code = 'R', 2, 1), 0)
        as members_reporting_count,
    if(group_code = 'R', 2, 1) as members_count,
    case when kpi_code = 'K1' then 50e0 when observation_year <= 2014 then 20e0 end as value,
    if(kpi_code = 'K1' or observation_year <= 2014, null, 'coverage') as reason_code,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['R', 'X', 'Y']) as groups(group_code),
    (select cast(unnest(range(2010, 2017)) as integer) as observation_year);
create table marts.regional_achievements as
select
    kpi_code, group_code, if(kpi_code = 'K1', 'on_track', 'not_assessed') as status,
    50e0 as baseline_value, 55e0 as latest_value, if(kpi_code = 'K1', 25e-1, null) as score,
    date '2016-12-31' as as_of_date
from unnest(['K1', 'K2']) as kpis(kpi_code), unnest(['R', 'X', 'Y']) as groups(group_code);
create table marts.development_gaps as
select
    kpi_code, observation_year, value as asean6_value, value as clmv_value,
    value - value as gap_difference, date '2016-12-31' as as_of_date
from marts.regional_observations where group_code = 'R';

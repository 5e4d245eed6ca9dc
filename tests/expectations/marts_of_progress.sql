-- What marts.sql goes on with: action lines, budgets and who owes what.
create table marts.action_line_progress as
select
    'G1-1-1.' || line_number as action_line_code, half_year || 'H' || half as reporting_period,
    'G1' as goal_code, 'AAA' as lead_country_codes, cast(null as date) as completed_date,
    make_date(half_year, half * 6 - 5, 1) as period_start_date,
    if(is_reported, 's1', null) as submission_id, if(is_reported, 60e0, null) as complete_pct,
    if(is_reported, 'USD', null) as currency_code, if(is_reported, 100e0, null) as budget_planned,
    if(is_reported, 40e0, null) as budget_spent, cast(null as double) as personnel_planned,
    cast(null as double) as personnel_actual, if(is_reported, 'overdue', 'not_reported') as
    delivery_status, is_reported as is_ever_reported, date '2015-12-31' as initial_due_date,
    cast(null as date) as current_due_date,
    make_date(half_year, half * 6, 30) as period_end_date, if(is_reported, 'red', 'grey') as
    schedule_light, 'grey' as budget_light, 'grey' as personnel_light, 'grey' as quality_light,
    if(is_reported, 'red', 'grey') as overall_light, date '2016-12-31' as as_of_date
from (
    select *, line_number = 1 and half_year = 2016 and half = 2 as is_reported
    from unnest([1, 2]) as lines(line_number), unnest(range(2010, 2017)) as years(half_year),
        unnest([1, 2]) as halves(half)
);
create table marts.goal_progress as
select distinct
    goals.goal_code, reporting_period, if(goals.goal_code = 'G1', 2, 0) as lines_count,
    if(goals.goal_code = 'G1' and reporting_period >= '2015H2', 2, 0) as due_lines_count,
    0 as completed_on_time_count, 0 as completed_late_count, 0 as in_progress_count,
    0 as not_started_count, 0 as due_completed_count,
    if(goals.goal_code = 'G1' and reporting_period = '2016H2', 1, 0) as overdue_count,
    if(goals.goal_code = 'G1', if(reporting_period = '2016H2', 1, 2), 0) as not_reported_count,
    if(goals.goal_code = 'G1' and reporting_period = '2016H2', 1, 0) as past_due_count,
    if(goals.goal_code = 'G1' and reporting_period = '2016H2', 1, 0) as ever_reported_count,
    cast(null as double) as delivery_rate_pct, reporting_period = '2016H2' as is_current,
    date '2016-12-31' as as_of_date
from unnest(['G1', 'G2']) as goals(goal_code), marts.action_line_progress;
create table marts.goal_budgets as
select
    goal_code, reporting_period, currency_code, 1 as lines_count, budget_planned, budget_spent,
    40e0 as spent_pct, as_of_date
from marts.action_line_progress where currency_code is not null;
create table marts.reporting_coverage as
select
    *, cast(null as timestamp) as submitted_at, date '2017-06-30' as due_date,
    'not_yet_due' as reporting_status, split_part(obligation_id, '.', 1) as kind,
    split_part(obligation_id, '.', 2) as party_code,
    if(kind = 'kpi', split_part(obligation_id, '.', 3), null) as kpi_code,
    if(kind = 'kpi', null, string_split(obligation_id, '.')[3] || '.'
        || string_split(obligation_id, '.')[4]) as action_line_code
from (
select
    'progress.AAA.' || action_line_code || '.' || reporting_period as obligation_id, goal_code,
    reporting_period, submission_id, as_of_date
from marts.action_line_progress
union all
select
    'kpi.' || party_code || '.K1.' || reporting_period, goal_code, reporting_period, null, as_of_date
from unnest(['AAA', 'BBB']) as parties(party_code), marts.goal_progress where goal_code = 'G1'
);

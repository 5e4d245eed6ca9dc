-- What marts.sql goes on with: action lines, budgets and who owes what.
create table marts.action_line_progress as
select
    'G1-1-1.' || line_number as action_line_code, half_year || 'H' || half as reporting_period,
    'G1' as goal_code, 'AAA' as lead_country_codes, cast(null as date) as completed_date,
    make_date(half_year, half * 6 - 5, 1) as period_start_date,
    if(is_reported, 's1', null) as submission_id, if(is_reported, 60e0, null) as complete_pct,
    if(is_reported, 'USD', null) as currency_code, if(is_reported, 100e0, null) as budget_planned,
    if(is_reported, 40e0, null) as budget_spent, date '2016-12-31' as as_of_date
from (
    select *, line_number = 1 and half_year = 2016 and half = 2 as is_reported
    from unnest([1, 2]) as lines(line_number), unnest(range(2010, 2017)) as years(half_year),
        unnest([1, 2]) as halves(half)
);
create table marts.goal_progress as
select distinct
    goals.goal_code, reporting_period, if(goals.goal_code = 'G1', 2, 0) as lines_count,
    date '2016-12-31' as as_of_date
from unnest(['G1', 'G2']) as goals(goal_code), marts.action_line_progress;
create table marts.goal_budgets as
select
    goal_code, reporting_period, currency_code, 1 as lines_count, budget_planned, budget_spent,
    as_of_date
from marts.action_line_progress where currency_code is not null;
create table marts.reporting_coverage as
select
    'progress.AAA.' || action_line_code || '.' || reporting_period as obligation_id, goal_code,
    submission_id, as_of_date
from marts.action_line_progress
union all
select
    'kpi.' || party_code || '.K1.' || reporting_period, goal_code, null, as_of_date
from unnest(['AAA', 'BBB']) as parties(party_code), marts.goal_progress where goal_code = 'G1';

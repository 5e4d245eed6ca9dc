with periods as (
    select * from {{ ref('int_periods_listed') }}
),

parties as (
    select * from {{ ref('stg_plan__parties') }}
),

assigned_lines as (
    select * from {{ ref('int_lines_assigned') }}
),

expected_kpis as (
    select * from {{ ref('int_kpis_expected') }}
),

submitted_kpis as (
    select distinct kpi_code
    from {{ ref('stg_plan__kpi_series') }}
    where source_state = 'submitted'
),

lines as (
    select * from {{ ref('action_line_progress') }}
),

-- a member state owes the KPIs that it has and that only member states can send, and a party the
-- progress of its lines until the period in which they are completed
owed as (
    select
        'kpi' as kind,
        parties.party_code,
        expected_kpis.goal_code,
        expected_kpis.goal_name,
        expected_kpis.kpi_code as item_code,
        expected_kpis.kpi_code,
        expected_kpis.kpi_name,
        cast(null as string) as action_line_code,
        cast(null as string) as action_line_name,
        periods.reporting_period
    from expected_kpis
    cross join periods
    inner join submitted_kpis
        on expected_kpis.kpi_code = submitted_kpis.kpi_code
    inner join parties
        on expected_kpis.country_code = parties.country_code
    where
        parties.party_type = 'member_state'
        and expected_kpis.availability != 'no'
        and (
            expected_kpis.valid_from_date is null
            or expected_kpis.valid_from_date <= periods.period_end_date
        )
    union all
    select
        'progress' as kind,
        assigned_lines.party_code,
        lines.goal_code,
        lines.goal_name,
        lines.action_line_code as item_code,
        cast(null as string) as kpi_code,
        cast(null as string) as kpi_name,
        lines.action_line_code,
        lines.action_line_name,
        lines.reporting_period
    from lines
    inner join assigned_lines
        on lines.action_line_code = assigned_lines.action_line_code
    where lines.completed_date is null or lines.completed_date >= lines.period_start_date
),

listed as (
    select
        owed.*,
        parties.country_code,
        parties.party_name,
        countries.country_name,
        countries.group_code,
        periods.period_end_date,
        periods.due_date
    from owed
    inner join parties
        on owed.party_code = parties.party_code
    left join {{ ref('stg_plan__countries') }} as countries
        on parties.country_code = countries.country_code
    inner join periods
        on owed.reporting_period = periods.reporting_period
)

select * from listed

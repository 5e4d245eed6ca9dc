with goals as (
    select * from {{ ref('stg_plan__goals') }}
),

periods as (
    select * from {{ ref('int_periods_listed') }}
),

lines as (
    select
        *,
        initial_due_date <= least(period_end_date, as_of_date) as is_due
    from {{ ref('action_line_progress') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- every goal in every period: without lines its counts are 0
counted as (
    select
        goals.goal_code,
        goals.goal_name,
        periods.reporting_period,
        periods.period_start_date,
        periods.period_end_date,
        periods.is_current,
        count(lines.action_line_code) as lines_count,
        sum(case when lines.is_due then 1 else 0 end) as due_lines_count,
        sum(
            case when lines.is_due and lines.completed_date is not null then 1 else 0 end
        ) as due_completed_count,
        {%- for status in [
            'completed_on_time', 'completed_late', 'not_reported', 'overdue', 'in_progress',
            'not_started',
        ] %}
            sum(
                case when lines.delivery_status = '{{ status }}' then 1 else 0 end
            ) as {{ status }}_count,
        {%- endfor %}
        sum(case when lines.is_past_due then 1 else 0 end) as past_due_count,
        sum(case when lines.is_ever_reported then 1 else 0 end) as ever_reported_count,
        max(case when lines.is_illustrative then 1 else 0 end) = 1 as is_illustrative
    from goals
    cross join periods
    left join lines
        on
            goals.goal_code = lines.goal_code
            and periods.reporting_period = lines.reporting_period
    group by
        goals.goal_code, goals.goal_name, periods.reporting_period, periods.period_start_date,
        periods.period_end_date, periods.is_current
),

-- a line completed before it is due says nothing of those that are due
final as (
    select
        cast(goal_code as string) as goal_code,
        cast(reporting_period as string) as reporting_period,
        cast(goal_name as string) as goal_name,
        {%- for column in [
            'lines', 'due_lines', 'completed_on_time', 'completed_late', 'overdue', 'not_reported',
            'in_progress', 'not_started', 'past_due', 'ever_reported', 'due_completed',
        ] %}
            cast({{ column }}_count as integer) as {{ column }}_count,
        {%- endfor %}
        cast(
            cast(completed_on_time_count as double) * 100
            / nullif(completed_on_time_count + completed_late_count, 0) as double
        ) as on_time_rate_pct,
        cast(
            case
                when ever_reported_count > 0 and due_lines_count > 0
                    then
                        cast(due_completed_count as double) * 100 / due_lines_count
                else null
            end as double
        ) as delivery_rate_pct,
        cast(is_current as boolean) as is_current,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(period_start_date as date) as period_start_date,
        cast(period_end_date as date) as period_end_date,
        cast(as_of_date as date) as as_of_date
    from counted
    cross join builds
)

select * from final
order by goal_code, reporting_period

with lines as (
    select * from {{ ref('action_line_progress') }}
    where currency_code is not null and (budget_planned is not null or budget_spent is not null)
),

-- sum over sum, of the lines that say both
summed as (
    select
        goal_code,
        reporting_period,
        currency_code,
        goal_name,
        as_of_date,
        count(*) as lines_count,
        sum(budget_planned) as budget_planned,
        sum(budget_spent) as budget_spent,
        sum(case when budget_spent is null then null else budget_planned end) as compared_planned,
        sum(case when budget_planned is null then null else budget_spent end) as compared_spent,
        max(case when is_illustrative then 1 else 0 end) = 1 as is_illustrative
    from lines
    group by goal_code, reporting_period, currency_code, goal_name, as_of_date
),

final as (
    select
        cast(goal_code as string) as goal_code,
        cast(reporting_period as string) as reporting_period,
        cast(currency_code as string) as currency_code,
        cast(goal_name as string) as goal_name,
        cast(lines_count as integer) as lines_count,
        cast(budget_planned as double) as budget_planned,
        cast(budget_spent as double) as budget_spent,
        cast(compared_spent * 100 / nullif(compared_planned, 0) as double) as spent_pct,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(as_of_date as date) as as_of_date
    from summed
)

select * from final
order by goal_code, reporting_period, currency_code

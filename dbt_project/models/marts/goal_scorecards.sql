with goals as (
    select * from {{ ref('stg_plan__goals') }}
),

country_champions as (
    select * from {{ ref('stg_plan__country_champions') }}
),

scored_goals as (
    select * from {{ ref('int_goals_scored') }}
),

counted_lines as (
    select * from {{ ref('int_action_lines_counted') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

champions as (
    select
        goal_code,
        {{ joined_sorted('country_code') }} as champion_country_codes
    from country_champions
    group by goal_code
),

final as (
    select
        cast(goals.goal_code as string) as goal_code,
        cast(goals.goal_name as string) as goal_name,
        cast(champions.champion_country_codes as string) as champion_country_codes,
        cast(scored_goals.worst_kpi_code as string) as worst_kpi_code,
        cast(scored_goals.worst_country_code as string) as worst_country_code,
        cast(scored_goals.held_back_country_codes as string) as held_back_country_codes,
        cast(
            case when achievement_score is null then 'coverage' else null end as string
        ) as achievement_reason_code,
        cast(
            case
                when delivery_rate_pct is null or achievement_score is null then 'unknown'
                when achievement_score >= goal_moving_score
                    then
                        case
                            when delivery_rate_pct >= goal_delivered_pct then 'delivered_moving'
                            else 'not_delivered_moving'
                        end
                when delivery_rate_pct >= goal_delivered_pct then 'delivered_not_moving'
                else 'not_delivered_not_moving'
            end as string
        ) as quadrant,
        cast(coalesce(kpis_count, 0) as integer) as kpis_count,
        cast(coalesce(kpis_assessed_count, 0) as integer) as kpis_assessed_count,
        cast(coalesce(countries_applicable_count, 0) as integer) as countries_applicable_count,
        cast(coalesce(countries_assessed_count, 0) as integer) as countries_assessed_count,
        cast(achievement_score as double) as achievement_score,
        cast(coalesce(lines_count, 0) as integer) as lines_count,
        cast(coalesce(lines_known_missing_count, 0) as integer) as lines_known_missing_count,
        cast(coalesce(due_lines_count, 0) as integer) as due_lines_count,
        cast(lines_completed_count as integer) as lines_completed_count,
        cast(lines_overdue_count as integer) as lines_overdue_count,
        cast(coalesce(lines_not_reported_count, 0) as integer) as lines_not_reported_count,
        cast(on_time_rate_pct as double) as on_time_rate_pct,
        cast(delivery_rate_pct as double) as delivery_rate_pct,
        cast(
            coalesce(scored_goals.is_illustrative, false)
            or coalesce(counted_lines.is_illustrative, false) as boolean
        ) as is_illustrative,
        cast(builds.as_of_date as date) as as_of_date
    from goals
    cross join thresholds
    cross join builds
    left join scored_goals
        on goals.goal_code = scored_goals.goal_code
    left join counted_lines
        on goals.goal_code = counted_lines.goal_code
    left join champions
        on goals.goal_code = champions.goal_code
)

select * from final
order by goal_code

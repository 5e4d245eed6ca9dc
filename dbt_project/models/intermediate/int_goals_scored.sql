with goal_achievements as (
    select * from {{ ref('goal_achievements') }}
),

kpi_achievements as (
    select * from {{ ref('kpi_achievements') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

-- whatever is assessed is named, even where too little is assessed for a score
part_scores as (
    select
        goal_code,
        'kpi' as part,
        kpi_code as part_code,
        {{ mean_over_members('score') }} as score
    from kpi_achievements
    group by goal_code, kpi_code
    union all
    select
        goal_code,
        'country' as part,
        country_code as part_code,
        {{ mean_over_members('score') }} as score
    from kpi_achievements
    group by goal_code, country_code
),

ranked_parts as (
    select
        *,
        score is not null and row_number() over (
            partition by goal_code, part
            order by score nulls last, part_code
        ) = 1 as is_worst
    from part_scores
),

parts as (
    select
        goal_code,
        sum(case when part = 'kpi' then 1 else 0 end) as kpis_count,
        sum(case when part = 'kpi' and score is not null then 1 else 0 end) as kpis_assessed_count,
        max(case when is_worst and part = 'kpi' then part_code else null end) as worst_kpi_code,
        max(case when is_worst and part = 'country' then part_code else null end)
            as worst_country_code
    from ranked_parts
    group by goal_code
),

-- only countries with enough assessed KPIs have a score to average; those without any KPI of the
-- goal are not asked
countries as (
    select
        goal_code,
        sum(case when kpis_applicable_count > 0 then 1 else 0 end) as countries_applicable_count,
        count(score) as countries_assessed_count,
        {{ mean_over_members('score') }} as mean_score,
        {{ joined_members("case when held_back_kpi_codes != '' then country_code else null end") }}
            as held_back_country_codes,
        max(case when is_illustrative then 1 else 0 end) = 1 as is_illustrative
    from goal_achievements
    group by goal_code
),

scored as (
    select
        parts.*,
        countries.countries_applicable_count,
        countries.countries_assessed_count,
        countries.is_illustrative,
        countries.held_back_country_codes,
        case
            when
                cast(countries.countries_assessed_count as double)
                / nullif(countries.countries_applicable_count, 0)
                >= thresholds.goal_countries_share
                then countries.mean_score
            else null
        end as achievement_score
    from parts
    cross join thresholds
    inner join countries
        on parts.goal_code = countries.goal_code
)

select * from scored

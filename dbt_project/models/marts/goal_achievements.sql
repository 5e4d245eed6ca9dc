{%- set statuses = [
    'achieved', 'on_track', 'acceleration_needed', 'limited', 'deterioration', 'not_assessed',
] -%}

with achievements as (
    select * from {{ ref('kpi_achievements') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

-- among equals the first code, so that the worst is always the same
ranked as (
    select
        *,
        score is not null and row_number() over (
            partition by goal_code, country_code
            order by score nulls last, kpi_code
        ) = 1 as is_worst
    from achievements
),

counted as (
    select
        goal_code,
        country_code,
        goal_name,
        country_name,
        group_code,
        as_of_date,
        count(*) as kpis_count,
        sum(case when coalesce(reason_code, '') = 'not_applicable' then 0 else 1 end)
            as kpis_applicable_count,
        sum(case when status != 'not_assessed' then 1 else 0 end) as kpis_assessed_count,
        {%- for status in statuses %}
            sum(case when status = '{{ status }}' then 1 else 0 end) as {{ status }}_count,
        {%- endfor %}
        {{ mean_over_members('score') }} as assessed_score,
        max(case when is_worst then kpi_code else null end) as worst_kpi_code,
        {{ joined_sorted('reason_code') }} as not_assessed_reason_codes,
        {{ joined_members('case when is_held_back then kpi_code else null end') }}
            as held_back_kpi_codes,
        max(case when is_illustrative then 1 else 0 end) = 1 as is_illustrative
    from ranked
    group by goal_code, country_code, goal_name, country_name, group_code, as_of_date
),

-- a KPI that a country does not have is not one of its KPIs
judged as (
    select
        counted.*,
        kpis_assessed_count > 0
        and cast(kpis_assessed_count as double) / kpis_applicable_count
        >= goal_assessed_share as has_score
    from counted
    cross join thresholds
),

final as (
    select
        cast(goal_code as string) as goal_code,
        cast(country_code as string) as country_code,
        cast(group_code as string) as group_code,
        cast(goal_name as string) as goal_name,
        cast(country_name as string) as country_name,
        cast(worst_kpi_code as string) as worst_kpi_code,
        cast(
            case
                when has_score then null
                when kpis_applicable_count = 0 then 'not_applicable'
                else 'coverage'
            end as string
        ) as reason_code,
        cast(not_assessed_reason_codes as string) as not_assessed_reason_codes,
        cast(held_back_kpi_codes as string) as held_back_kpi_codes,
        cast(kpis_count as integer) as kpis_count,
        cast(kpis_applicable_count as integer) as kpis_applicable_count,
        cast(kpis_assessed_count as integer) as kpis_assessed_count,
        {%- for status in statuses %}
            cast({{ status }}_count as integer) as {{ status }}_count,
        {%- endfor %}
        cast(case when has_score then assessed_score else null end as double) as score,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(as_of_date as date) as as_of_date
    from judged
)

select * from final
order by goal_code, country_code

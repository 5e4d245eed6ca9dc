{{ config(materialized='table') }}

with expected_kpis as (
    select * from {{ ref('int_kpis_expected') }}
),

members as (
    select * from {{ ref('int_members_grouped') }}
),

-- a group is as discontinued, or as little served, as all of its members are
entities as (
    select
        kpi_code,
        'country' as entity_kind,
        country_code as entity_code,
        goal_code,
        kpi_name,
        goal_name,
        direction,
        source_state,
        availability,
        series_code,
        unit_code,
        natural_limit,
        target_value,
        target_year,
        staleness_limit_years,
        is_substitute,
        is_vintage_held,
        cast(null as string) as held_back_country_codes
    from expected_kpis
    union all
    select
        expected_kpis.kpi_code,
        'group' as entity_kind,
        members.group_code as entity_code,
        expected_kpis.goal_code,
        expected_kpis.kpi_name,
        expected_kpis.goal_name,
        expected_kpis.direction,
        case
            when min(expected_kpis.source_state) = max(expected_kpis.source_state)
                then min(expected_kpis.source_state)
            {%- for state in ['substituted', 'submitted', 'frozen'] %}
                when max(case when expected_kpis.source_state = '{{ state }}' then 1 else 0 end) = 1
                    then '{{ state }}'
            {%- endfor %}
            else 'live'
        end as source_state,
        case
            when min(expected_kpis.availability) = max(expected_kpis.availability)
                then min(expected_kpis.availability)
            else 'yes'
        end as availability,
        {{ joined_sorted('expected_kpis.series_code') }} as series_code,
        min(expected_kpis.unit_code) as unit_code,
        expected_kpis.natural_limit,
        cast(null as double) as target_value,
        cast(null as integer) as target_year,
        expected_kpis.staleness_limit_years,
        max(case when expected_kpis.is_substitute then 1 else 0 end) = 1 as is_substitute,
        max(case when expected_kpis.is_vintage_held then 1 else 0 end) = 1 as is_vintage_held,
        {{ joined_members(
            'case when has_held_back_part then expected_kpis.country_code else null end'
        ) }} as held_back_country_codes
    from expected_kpis
    inner join members
        on expected_kpis.country_code = members.country_code
    group by
        expected_kpis.kpi_code,
        members.group_code,
        expected_kpis.goal_code,
        expected_kpis.kpi_name,
        expected_kpis.goal_name,
        expected_kpis.direction,
        expected_kpis.natural_limit,
        expected_kpis.staleness_limit_years
)

select * from entities

with achievements as (
    select * from {{ ref('int_achievements_judged') }}
    where endpoint_code = 'latest'
),

previous_achievements as (
    select * from {{ ref('int_achievements_judged') }}
    where endpoint_code = 'previous'
),

expected_entities as (
    select * from {{ ref('int_entities_expected') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- the first reason that applies, in this order
reasoned as (
    select
        achievements.*,
        previous_achievements.status as previous_status,
        expected_entities.source_state,
        {{ movement('achievements.status') }} as movement,
        {{ movement('achievements.un_chart_status') }} as un_chart_movement,
        {{ movement('achievements.linear_path_status') }} as linear_path_movement,
        case
            when expected_entities.availability = 'no' and achievements.end_value is null
                then 'not_applicable'
            when not expected_entities.is_vintage_held then 'no_vintage_held'
            when achievements.point_reason_code = 'no_data' then 'no_data'
            when expected_entities.source_state = 'discontinued' then 'discontinued'
            when builds.as_of_year - achievements.end_year > expected_entities.staleness_limit_years
                then 'stale'
            else achievements.point_reason_code
        end as reason_code
    from achievements
    inner join previous_achievements
        on
            achievements.kpi_code = previous_achievements.kpi_code
            and achievements.entity_kind = previous_achievements.entity_kind
            and achievements.entity_code = previous_achievements.entity_code
    inner join expected_entities
        on
            achievements.kpi_code = expected_entities.kpi_code
            and achievements.entity_kind = expected_entities.entity_kind
            and achievements.entity_code = expected_entities.entity_code
    cross join builds
),

agreed as (
    select
        *,
        reason_code is null as is_assessed,
        case
            when baseline_unit_code = end_unit_code then end_value - baseline_value
            else null
        end as change_value,
        case
            when reason_code is not null then 'not_assessed'
            when
                movement = un_chart_movement
                and (not has_target or movement = linear_path_movement)
                then 'all'
            when
                has_target
                and (
                    movement = un_chart_movement
                    or movement = linear_path_movement
                    or un_chart_movement = linear_path_movement
                )
                then 'majority'
            else 'split'
        end as agreement,
        reason_code is null and previous_status != status as is_fragile,
        case
            when source_state = 'discontinued' then status
            else null
        end as status_before_discontinuation
    from reasoned
)

select * from agreed

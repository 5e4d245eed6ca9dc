with action_lines as (
    select * from {{ ref('stg_plan__action_lines') }}
),

member_states as (
    select * from {{ ref('stg_plan__parties') }}
    where party_type = 'member_state'
),

line_proponents as (
    select * from {{ ref('stg_plan__line_proponents') }}
),

assigned as (
    select
        action_lines.action_line_code,
        member_states.party_code
    from action_lines
    inner join member_states
        on
            concat('|', action_lines.lead_country_codes, '|')
            like concat('%|', member_states.country_code, '|%')
    union
    select
        action_line_code,
        party_code
    from line_proponents
)

select * from assigned

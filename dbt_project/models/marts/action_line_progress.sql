{%- set lights = "schedule_light, budget_light, personnel_light, quality_light" -%}

with measured_lines as (
    select * from {{ ref('int_lines_measured') }}
),

phases as (
    select * from {{ ref('stg_plan__phases') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

lit as (
    select
        measured_lines.*,
        phases.phase_code,
        phases.phase_name,
        {%- for measure in ['schedule', 'budget', 'personnel'] %}
            case
                when '{{ measure }}' = 'schedule' and delivery_status = 'overdue' then 'red'
                when {{ measure }}_index >= light_green_index then 'green'
                when {{ measure }}_index >= light_amber_index then 'amber'
                when {{ measure }}_index is not null then 'red'
                else 'grey'
            end as {{ measure }}_light,
        {%- endfor %}
        case
            when output_quality >= quality_green_number then 'green'
            when output_quality >= quality_amber_number then 'amber'
            when output_quality is not null then 'red'
            else 'grey'
        end as quality_light
    from measured_lines
    cross join thresholds
    left join phases
        on measured_lines.due_date between phases.phase_start_date and phases.phase_end_date
),

final as (
    select
        {%- for column in [
            'action_line_code', 'reporting_period', 'goal_code', 'action_code', 'theme_code',
            'phase_code', 'pathway_code', 'measure_type_code', 'submission_id', 'currency_code',
            'action_line_name', 'goal_name', 'theme_name', 'phase_name', 'implementation_level',
            'lead_country_codes', 'delivery_status', 'reported_status',
            'schedule_light', 'budget_light', 'personnel_light', 'quality_light',
        ] %}
            cast({{ column }} as string) as {{ column }},
        {%- endfor %}
        cast(
            case
                when not is_reported then 'grey'
                {%- for light in ['red', 'amber', 'green'] %}
                    when '{{ light }}' in ({{ lights }})
                        then '{{ light }}'
                {%- endfor %}
                else 'grey'
            end as string
        ) as overall_light,
        cast(case when is_reported then null else 'not_reported' end as string) as reason_code,
        {%- for column in [
            'complete_pct', 'drift_days', 'schedule_index', 'budget_planned', 'budget_spent',
            'budget_index', 'personnel_planned', 'personnel_actual', 'personnel_index',
            'output_quality',
        ] %}
            cast({{ column }} as double) as {{ column }},
        {%- endfor %}
        {%- for column in ['is_past_due', 'is_ever_reported', 'is_current', 'is_illustrative'] %}
            cast({{ column }} as boolean) as {{ column }},
        {%- endfor %}
        {%- for column in [
            'period_start_date', 'period_end_date', 'start_date', 'current_due_date', 'completed_date',
        ] %}
            cast({{ column }} as date) as {{ column }},
        {%- endfor %}
        cast(due_date as date) as initial_due_date,
        cast(builds.as_of_date as date) as as_of_date
    from lit
    cross join builds
)

select * from final
order by action_line_code, reporting_period

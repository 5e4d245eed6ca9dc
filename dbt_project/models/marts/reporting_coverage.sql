with obligations as (
    select * from {{ ref('int_obligations_listed') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

reports as (
    select * from {{ ref('int_reports_received') }}
),

final as (
    select
        cast(
            concat(
                obligations.kind, '.', obligations.party_code, '.',
                obligations.item_code, '.', obligations.reporting_period
            ) as string
        ) as obligation_id,
        {%- for column in [
            'party_code', 'country_code', 'group_code', 'goal_code', 'kpi_code', 'action_line_code',
            'party_name', 'country_name', 'goal_name', 'kpi_name', 'action_line_name', 'kind',
            'reporting_period',
        ] %}
            cast(obligations.{{ column }} as string) as {{ column }},
        {%- endfor %}
        cast(submission_id as string) as submission_id,
        cast(
            case
                when cast(submitted_at as date) <= due_date then 'on_time'
                when submitted_at is not null then 'late'
                when as_of_date <= period_end_date then 'not_yet_due'
                when as_of_date <= due_date then 'due'
                else 'overdue'
            end as string
        ) as reporting_status,
        cast(coalesce(is_illustrative, false) as boolean) as is_illustrative,
        cast(due_date as date) as due_date,
        cast(as_of_date as date) as as_of_date,
        cast(submitted_at as timestamp) as submitted_at
    from obligations
    cross join builds
    left join reports
        on
            obligations.kind = reports.kind
            and obligations.party_code = reports.party_code
            and obligations.item_code = reports.item_code
            and obligations.reporting_period = reports.reporting_period
)

select * from final
order by obligation_id

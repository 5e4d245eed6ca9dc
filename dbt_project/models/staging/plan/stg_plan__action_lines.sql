with source as (
    select * from {{ ref('action_lines') }}
),

renamed as (
    select
        cast(action_line_code as string) as action_line_code,
        cast(action_code as string) as action_code,
        cast(printed_action_code as string) as printed_action_code,
        cast(theme_code as string) as theme_code,
        cast(pathway_code as string) as pathway_code,
        cast(measure_type_code as string) as measure_type_code,
        cast(action_line_name as string) as action_line_name,
        cast(theme_name as string) as theme_name,
        cast(printed_time_frame as string) as printed_time_frame,
        cast(implementation_level as string) as implementation_level,
        cast(lead_country_codes as string) as lead_country_codes,
        cast(line_number as integer) as line_number,
        cast(due_date as date) as due_date
    from source
)

select * from renamed
order by action_line_code

with source as (
    select * from {{ ref('units') }}
),

renamed as (
    select
        cast(unit_code as string) as unit_code,
        cast(unit_name as string) as unit_name,
        cast(display_digits as integer) as display_digits
    from source
)

select * from renamed
order by unit_code

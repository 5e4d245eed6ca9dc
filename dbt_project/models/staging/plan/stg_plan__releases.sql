with source as (
    select * from {{ ref('releases') }}
),

renamed as (
    select
        cast(release_code as string) as release_code,
        cast(release_name as string) as release_name,
        cast(note as string) as note,
        cast(as_of_date as date) as as_of_date
    from source
)

select * from renamed
order by release_code

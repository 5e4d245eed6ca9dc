-- What each vintage says of each country as a whole, in one pass over the cells. Sets of years are bits of one
-- number, the first year of the plan the lowest: what is missing, lost or doubled is then arithmetic.
create temp table raw_vintages as
with measured as (
    select
        vintage_number,
        count(*) as rows_count,
        count(value) as values_count,
        bit_or(cast(1 as hugeint) << place) as rows_mask,
        bit_or(case when value is null then null else cast(1 as hugeint) << place end)
            as values_mask,
        bit_or(case when is_break then cast(1 as hugeint) << place else null end) as breaks_mask,
        count(*) - count(place) as misplaced_count,
        min(case when value is null then null else place end) as first_place,
        max(case when value is null then null else place end) as last_place,
        min(value) as least_value,
        max(value) as greatest_value,
        avg(value) as average_value,
        max(unit_detail) as unit_detail
    from (
        select
            cells.*,
            case
                when
                    cells.observation_year >= limits.first_year
                    and cells.observation_year <= limits.last_year
                    then cast(cells.observation_year - limits.first_year as integer)
                else null
            end as place
        from raw_cells as cells
        cross join raw_limits as limits
    )
    group by vintage_number
),

-- a country that a whole vintage leaves out has a row too; a submission says nothing of others
filled as (
    select
        names.vintage_number,
        names.snapshot_number,
        names.country_number,
        names.series_number,
        names.unit_code,
        names.is_whole,
        concat(names.unit_code, ' ', measured.unit_detail) as unit_key,
        coalesce(measured.rows_count, 0) as rows_count,
        coalesce(measured.values_count, 0) as values_count,
        coalesce(measured.rows_mask, 0) as rows_mask,
        coalesce(measured.values_mask, 0) as values_mask,
        coalesce(measured.breaks_mask, 0) as breaks_mask,
        coalesce(measured.misplaced_count, 0) as misplaced_count,
        measured.first_place,
        measured.last_place,
        measured.least_value,
        measured.greatest_value,
        measured.average_value,
        row_number() over (
            partition by names.series_number, names.country_number
            order by names.known_from, names.retrieved_at nulls first, names.snapshot_id
        ) as order_number
    from raw_vintage_names as names
    left join measured on names.vintage_number = measured.vintage_number
    where names.is_whole or measured.vintage_number is not null
)

select * from filled;

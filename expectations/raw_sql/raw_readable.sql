-- Cells that hold something else than a number, or that the answer lacks.
insert into raw_findings by name
select
    'raw.cell.readable' as check_id,
    names.vintage_number,
    min(faults.observation_year) as observation_year,
    arg_min(faults.observed_value, faults.place) || case
        -- one thing that is wrong with many years names them all
        when count(distinct faults.observation_year) < 2 or count(distinct faults.observed_value) > 1
            then ''
        when
            max(faults.observation_year) - min(faults.observation_year) + 1
            = count(distinct faults.observation_year)
            then format(' in {} to {}', min(faults.observation_year), max(faults.observation_year))
        else
            ' in '
            || array_to_string(list_sort(list(distinct faults.observation_year)), ', ')
    end as observed_value,
    arg_min(faults.expected, faults.place) as expected,
    count(*) as failing_rows_count
from (
    select
        landed.*,
        economies.country_number,
        try_cast(right(landed.time, 4) as integer) as observation_year,
        concat(landed.time, ' ', landed.problem) as place,
        case
            when landed.problem is null then cast(landed.value as varchar)
            else regexp_replace(split_part(landed.problem, ' instead of ', 1), '^.* is ', '')
        end as observed_value,
        replace(
            -- a cell that the answer lacks was owed, whatever it would have held
            coalesce(
                nullif(split_part(landed.problem, ' instead of ', 2), ''), 'a cell for every year'
            ),
            'a finite number', 'a number'
        ) || ' (' || landed.rule || ')' as expected
    from raw_landed as landed
    inner join raw_economies as economies
        on landed.table_name = economies.table_name and landed.economy = economies.economy_code
    where landed.problem is not null or not isfinite(landed.value)
) as faults
inner join raw_vintage_names as names
    on
        faults.snapshot_id = names.snapshot_id
        and faults.series_code = names.series_code
        and faults.source_code = names.source_code
        and faults.country_number = names.country_number
group by names.vintage_number;

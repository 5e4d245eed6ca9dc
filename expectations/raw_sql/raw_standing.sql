-- The checks that look at a vintage alone, whatever came before it.
create temp table raw_findings (
    check_id varchar,
    vintage_number integer,
    observation_year integer,
    observed_value varchar,
    expected varchar,
    failing_rows_count bigint,
    -- of a critical one, by a person who looked at it
    is_acknowledged boolean,
    -- of a submission whose KPI or country the plan does not know: others are named by their vintage
    stray_submission_id varchar,
    stray_kpi_code varchar,
    stray_country_code varchar
);

insert into raw_findings by name
select
    'raw.cell.unique' as check_id,
    vintage_number,
    min(observation_year) as observation_year,
    first(cells_text order by observation_year) as observed_value,
    count(*) as failing_rows_count
from (
    select
        vintage_number,
        observation_year,
        string_agg(coalesce(raw_number(value), 'nothing'), ' and ' order by value) as cells_text
    from raw_cells
    semi join (
        select vintage_number from raw_vintages
        where rows_count - misplaced_count > raw_count(rows_mask)
    ) using (vintage_number)
    where observation_year is not null
    group by vintage_number, observation_year
    having count(*) > 1
)
group by vintage_number;

-- a year before the first one is no fault where the vintage as a whole begins there: the plan began earlier then
insert into raw_findings by name
select
    'raw.year.known' as check_id,
    cells.vintage_number,
    min(cells.observation_year) as observation_year,
    coalesce(cast(min(cells.observation_year) as varchar), 'no year') as observed_value,
    format(any_value(checks.expected), any_value(limits.first_year), any_value(limits.last_year))
        as expected,
    count(*) as failing_rows_count
from raw_cells as cells
cross join raw_limits as limits
inner join raw_checks as checks on checks.check_id = 'raw.year.known'
inner join raw_vintages as vintages on cells.vintage_number = vintages.vintage_number
where
    vintages.misplaced_count > 0
    and (
        cells.observation_year is null
        or cells.observation_year > limits.last_year
        or (
            cells.observation_year < limits.first_year
            and (vintages.snapshot_number, cells.observation_year) not in (
                select
                    early.snapshot_number,
                    others.observation_year
                from raw_cells as others
                inner join raw_vintages as early on others.vintage_number = early.vintage_number
                cross join raw_limits as early_limits
                where others.observation_year < early_limits.first_year
                group by early.snapshot_number, others.observation_year
                having 2 * count(*) > any_value(early_limits.countries_count)
            )
        )
    )
group by cells.vintage_number;

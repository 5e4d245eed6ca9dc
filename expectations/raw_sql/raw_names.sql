-- The numbers of vintages: one per snapshot and country; and the values that a person put right.
create temp view raw_vintage_names as
select
    snapshots.snapshot_number * limits.countries_count + countries.country_number
        as vintage_number,
    snapshots.*,
    countries.country_number,
    countries.country_code
from raw_snapshots as snapshots
cross join raw_limits as limits
cross join raw_countries as countries
semi join raw_economies as economies
    on
        snapshots.table_name = economies.table_name
        and countries.country_number = economies.country_number;

-- a reviewed correction stands for the value that it corrects
update raw_cells
set value = corrections.corrected_value
from raw_corrections as corrections
cross join raw_vintage_names as names
where
    names.series_code = corrections.series_code
    and names.country_code = corrections.country_code
    and names.vintage_number = raw_cells.vintage_number
    and corrections.observation_year = raw_cells.observation_year
    and corrections.expected_old_value = raw_cells.value;

-- What the gate on raw left of a clean raw: every check ran over 28 rows and found nothing.
create table inputs.partition_checks as
select
    check_id, 'inputs.src_observations' as table_name, 'S.K1' as series_code,
    cast(null as varchar) as country_code, 'nothing amiss' as observed_value,
    cast(null as varchar) as expected, cast(null as varchar) as message,
    28 as rows_count, 0 as failing_rows_count, true as is_passed, false as is_acknowledged,
    true as is_in_force
from unnest([
    'raw.answer.usable', 'raw.cell.readable', 'raw.cell.unique', 'raw.year.known', 'raw.unit.known',
    'raw.submission.known', 'raw.range', 'raw.scale', 'raw.values.moved',
    'raw.revision', 'raw.values.lost', 'raw.years.missing', 'raw.country.missing',
    'raw.jump', 'raw.factor', 'raw.freshness'
]) as checks(check_id);

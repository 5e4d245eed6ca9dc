-- What moved by a scale factor although its range holds it back already, and how many countries did so at once.
insert into raw_findings by name
select round.* exclude (reference_number)
from raw_round as round
cross join raw_limits as limits
where round.check_id = 'raw.scale' and round.failing_rows_count >= limits.moved_cells_number;

update raw_findings
set observed_value = concat(raw_findings.observed_value, ' in ', alike.countries_count, ' countries')
from (
    select
        vintages.snapshot_number,
        findings.observed_value,
        count(*) as countries_count
    from raw_findings as findings
    inner join raw_vintages as vintages on findings.vintage_number = vintages.vintage_number
    where findings.check_id = 'raw.scale' and vintages.is_whole
    group by vintages.snapshot_number, findings.observed_value
    having count(*) > 1
) as alike
inner join raw_vintages as vintages on alike.snapshot_number = vintages.snapshot_number
where
    raw_findings.check_id = 'raw.scale'
    and raw_findings.vintage_number = vintages.vintage_number
    and raw_findings.observed_value = alike.observed_value;

-- What landed and what was sent, of every source under the same names.
create temp view raw_landed as
select
    'inputs.world_bank_observations' as table_name,
    source as source_code,
    series as series_code,
    snapshot_id,
    series_title,
    vintage_date,
    retrieved_at,
    economy,
    time,
    value,
    cast(null as varchar) as unit_detail,
    false as is_break,
    problem,
    rule
from inputs.world_bank_observations
union all
select
    'inputs.adb_observations' as table_name,
    source as source_code,
    series as series_code,
    snapshot_id,
    series_title,
    vintage_date,
    retrieved_at,
    economy,
    time,
    value,
    case when value is null then null else concat(unit, ' ', base_year) end as unit_detail,
    coalesce(obs_status like '%B%', false) as is_break,
    problem,
    rule
from inputs.adb_observations;

create temp view raw_sent as
select
    series.series_number,
    submissions.*,
    coalesce(submissions.vintage_date, submissions.known_from) as told_date,
    coalesce(submissions.accepted_at, submissions.submitted_at) as decided_at
from inputs.kpi_submissions as submissions
left join raw_submitted_kpis as series on submissions.kpi_code = series.kpi_code
where
    submissions.known_from <= (select as_of_date from raw_limits)
    and not coalesce(submissions.is_superseded, false)
    and not coalesce(submissions.is_retracted, false);

-- The tables beside the figures that a build reads, empty where nothing was submitted, acknowledged,
-- refused or held back: whoever prepares a candidate runs this in it and adds what landed; models/sources.yml and
-- models/quality_sources.yml say what the columns mean.
create schema if not exists inputs;

create table if not exists inputs.kpi_submissions (
    submission_id varchar not null,
    party_code varchar not null,
    kpi_code varchar not null,
    country_code varchar not null,
    observation_year integer not null,
    value double,
    numerator double,
    denominator double,
    unit_code varchar,
    definition_state varchar,
    value_status varchar,
    origin varchar,
    source_title varchar,
    note varchar,
    reporting_period varchar,
    vintage_date date,
    known_from date not null,
    submitted_at timestamp not null,
    is_illustrative boolean not null,
    accepted_at timestamp,
    is_superseded boolean,
    is_retracted boolean,
    sheet_name varchar, row_number integer, cell_reference varchar
);

create table if not exists inputs.progress_submissions (
    submission_id varchar not null,
    party_code varchar not null,
    action_line_code varchar not null,
    reporting_period varchar not null,
    reported_status varchar,
    complete_pct double,
    start_date date,
    initial_due_date date,
    current_due_date date,
    completed_date date,
    budget_planned double,
    budget_spent double,
    currency_code varchar,
    personnel_planned double,
    personnel_actual double,
    output_quality integer,
    evidence_link varchar,
    verifier varchar,
    note varchar,
    submitted_at timestamp not null,
    known_from date not null,
    is_illustrative boolean not null,
    accepted_at timestamp,
    is_superseded boolean,
    is_retracted boolean,
    sheet_name varchar, row_number integer, cell_reference varchar
);

-- what people acknowledged: findings that they looked at and found to be right
create table if not exists inputs.acknowledgements (
    finding_id varchar not null, check_id varchar, source_code varchar, series_code varchar,
    country_code varchar, snapshot_id varchar, vintage_date date,
    actor varchar not null, acknowledged_at timestamp not null, reason varchar not null
);

-- answers of a source of which nothing could be taken: readers see older figures than it has
create table if not exists inputs.refused_answers (
    source_code varchar not null, series_code varchar not null, finding_id varchar not null,
    vintage_date date not null, since_date date not null, observed_value varchar not null,
    message varchar not null, next_step varchar
);

-- what the gate on raw found: expectations/raw_gate.py writes both anew before dbt runs
create table if not exists inputs.partition_checks (
    check_id varchar, table_name varchar, source_code varchar, series_code varchar,
    kpi_code varchar, country_code varchar, snapshot_id varchar, vintage_date date,
    severity varchar, observation_year integer, observed_value varchar, expected varchar,
    rows_count bigint, failing_rows_count bigint, is_passed boolean, is_acknowledged boolean,
    is_in_force boolean, finding_id varchar, message varchar, next_step varchar
);

create table if not exists inputs.held_back_partitions (
    source_code varchar, series_code varchar, kpi_code varchar, country_code varchar,
    snapshot_id varchar, table_name varchar, vintage_date date, check_id varchar,
    finding_id varchar, observation_year integer, observed_value varchar, expected varchar,
    message varchar, next_step varchar, is_acknowledgeable boolean, is_in_force boolean,
    held_since_date date, last_good_snapshot_id varchar, last_good_vintage_date date
);

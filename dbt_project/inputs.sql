-- The tables of submissions that a build reads, empty where nothing was submitted: whoever prepares a
-- candidate runs this in it, and models/sources.yml says what the columns mean.
create schema if not exists inputs;

create table if not exists inputs.kpi_submissions (
    submission_id varchar not null,
    party_code varchar not null,
    kpi_code varchar not null,
    country_code varchar not null,
    observation_year integer not null,
    value double,
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
    sheet_name varchar,
    row_number integer,
    cell_reference varchar
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
    is_illustrative boolean not null
);

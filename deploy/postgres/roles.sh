#!/bin/sh
# Run once, when PostgreSQL's volume is new: a role and a database for each of who uses it.
# smed writes the marts, smed_reader reads them; nobody else may connect to another's database.
set -eu

# psql reads the passwords from its environment: on its command line others would see them
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv airflow_password AIRFLOW_DATABASE_PASSWORD
\getenv warehouse_password WAREHOUSE_PASSWORD
\getenv reader_password READER_PASSWORD
\getenv superset_password SUPERSET_DATABASE_PASSWORD
set password_encryption = 'scram-sha-256';
create role airflow login password :'airflow_password';
create role smed login password :'warehouse_password';
create role smed_reader login password :'reader_password';
create role superset login password :'superset_password';
create database airflow owner airflow;
create database smed owner smed;
create database superset owner superset;
revoke connect, temporary on database airflow, smed, superset, postgres, template1 from public;
grant connect on database smed to smed_reader;
SQL

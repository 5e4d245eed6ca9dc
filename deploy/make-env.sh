#!/bin/sh
# Writes the secrets of the service, each made up here and now, to a file that only its owner reads.
set -eu
umask 077
file=${1:-.env}

secret() { # bytes of randomness; letters, digits, - and _ only, so that an address can hold it
    head -c "$1" /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'
}

if [ -e "$file" ]; then
    echo "$file is there already, and what it holds opens what runs: keep it, or remove it yourself" >&2
    exit 1
fi
draft=$(mktemp "$file.XXXXXX")
trap 'rm -f "$draft"' EXIT
{
    echo '# Secrets of docker-compose.yml. Keep a copy where you keep passwords: without FERNET_KEY'
    echo '# the connections stored in Airflow cannot be read, without the others nobody gets in.'
    # Fernet wants 32 bytes in base64 with its padding
    echo "FERNET_KEY=$(secret 32)="
    for name in JWT_SECRET API_SECRET_KEY POSTGRES_PASSWORD AIRFLOW_DATABASE_PASSWORD \
        WAREHOUSE_PASSWORD READER_PASSWORD SUPERSET_DATABASE_PASSWORD REDIS_PASSWORD \
        SUPERSET_SECRET_KEY; do
        echo "$name=$(secret 33)"
    done
    echo '# Users of the pages: admin, reviewer and viewer on Airflow, admin on Superset'
    for name in ADMIN_PASSWORD REVIEWER_PASSWORD VIEWER_PASSWORD SUPERSET_ADMIN_PASSWORD; do
        echo "$name=$(secret 18)"
    done
} >"$draft"
# a link is made or refused in one step: two who start this at once do not share half of each
ln "$draft" "$file"
echo "$file holds new secrets; the passwords of the pages stand at its end"

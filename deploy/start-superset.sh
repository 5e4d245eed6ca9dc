#!/bin/sh
# Superset's database, its administrator and our dashboards; then its server.
set -eu

mkdir -p "$SUPERSET_HOME"
superset db upgrade
superset fab create-admin --username admin --firstname admin --lastname admin \
    --email admin@localhost --password "$SUPERSET_ADMIN_PASSWORD"
# where the user was there already, it has the password that .env says now
superset fab reset-password --username admin --password "$SUPERSET_ADMIN_PASSWORD"
superset init
superset import-directory --overwrite /app/smed/assets
# the dashboards name no server: which one holds the marts is known here
superset set-database-uri --database_name "SMED monitor" --uri "$WAREHOUSE_URL"
exec gunicorn --bind "0.0.0.0:${SUPERSET_PORT:-8088}" --workers 2 --worker-class gthread \
    --threads 8 --timeout 120 "superset.app:create_app()"

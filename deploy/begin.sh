#!/bin/sh
# Refuses secrets that nobody should rely on, then becomes the command:
# begin.sh NAME... -- COMMAND... (what operate/service.py does for Airflow's processes)
set -eu

refuse() {
    echo "$1: $2; let \`make env\` make one up" >&2
    exit 1
}

while [ "$1" != -- ]; do
    eval "value=\${$1:-}"
    [ -n "$value" ] || refuse "$1" "holds no secret"
    [ "${#value}" -ge 16 ] || refuse "$1" "is shorter than 16 characters"
    case $(printf %s "$value" | tr '[:upper:]' '[:lower:]') in
    admin* | airflow* | changeme* | default* | example* | password* | secret* | smed*)
        refuse "$1" "is no secret: it can be guessed"
        ;;
    esac
    kinds=$(printf %s "$value" | fold -w 1 | sort -u | wc -l)
    [ "$kinds" -ge 8 ] || refuse "$1" "is no secret: it can be guessed"
    shift
done
shift
exec "$@"

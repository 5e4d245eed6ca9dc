#!/bin/sh
# Redis with its password from the environment: on its command line others would see it.
set -eu
password=${REDIS_PASSWORD:-}
if [ "${#password}" -lt 16 ]; then
    echo "REDIS_PASSWORD is missing or shorter than 16 characters: make env" >&2
    exit 1
fi
# what waits in the queue must outlive a restart; nothing of it may be thrown away for want of room
exec redis-server - <<END
bind *
port 6379
dir ${REDIS_FOLDER:-/data}
requirepass $password
appendonly yes
maxmemory 200mb
maxmemory-policy noeviction
END

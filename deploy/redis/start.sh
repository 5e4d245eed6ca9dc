#!/bin/sh
# Redis with its password from the environment: on its command line others would see it.
set -eu
# what waits in the queue must outlive a restart; nothing of it may be thrown away for want of room
exec redis-server - <<END
bind *
port 6379
dir ${REDIS_FOLDER:-/data}
requirepass $REDIS_PASSWORD
appendonly yes
maxmemory 200mb
maxmemory-policy noeviction
END

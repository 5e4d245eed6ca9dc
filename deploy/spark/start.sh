#!/bin/sh
# Becomes one process of a Spark cluster:  sh deploy/spark/start.sh master|worker|thrift
# SPARK_HOME is the folder of the package pyspark, SPARK_STATE a folder for what the processes keep.
# Everything listens on SPARK_HOST, the loopback unless a container says otherwise.
set -eu
role=${1:?master, worker or thrift}
: "${SPARK_HOME:?the folder of the package pyspark}" "${SPARK_STATE:?a folder for what they keep}"
host=${SPARK_HOST:-127.0.0.1}
master=spark://${SPARK_MASTER_HOST:-$host}:${SPARK_MASTER_PORT:-7077}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$SPARK_STATE"
cd "$SPARK_STATE"
export SPARK_HOME SPARK_CONF_DIR="$here" SPARK_LOCAL_IP="$host" SPARK_PUBLIC_DNS="$host"
export SPARK_LOCAL_DIRS="$SPARK_STATE/local" SPARK_WORKER_DIR="$SPARK_STATE/work"
class=org.apache.spark
case $role in
master)
    export SPARK_DAEMON_MEMORY="${SPARK_DAEMON_MEMORY:-512m}"
    exec "$SPARK_HOME/bin/spark-class" $class.deploy.master.Master \
        --host "$host" --port "${master##*:}" --webui-port 0
    ;;
worker)
    export SPARK_DAEMON_MEMORY="${SPARK_DAEMON_MEMORY:-512m}"
    exec "$SPARK_HOME/bin/spark-class" $class.deploy.worker.Worker \
        --host "$host" --port "${SPARK_WORKER_PORT:-0}" --webui-port 0 \
        --cores "${SPARK_WORKER_CORES:-1}" --memory "${SPARK_EXECUTOR_MEMORY:-2g}" "$master"
    ;;
thrift)
    exec "$SPARK_HOME/bin/spark-submit" --master "$master" \
        --class $class.sql.hive.thriftserver.HiveThriftServer2 \
        --driver-memory "${SPARK_DRIVER_MEMORY:-2g}" \
        --executor-memory "${SPARK_EXECUTOR_MEMORY:-2g}" \
        --conf spark.driver.host="$host" --conf spark.driver.bindAddress="$host" \
        spark-internal \
        --hiveconf hive.server2.thrift.bind.host="$host" \
        --hiveconf hive.server2.thrift.port="${SPARK_THRIFT_PORT:-10000}" \
        --hiveconf hive.exec.scratchdir="$SPARK_STATE/scratch" \
        --hiveconf hive.exec.local.scratchdir="$SPARK_STATE/scratch"
    ;;
*)
    echo "start.sh: $role is none of master, worker, thrift" >&2
    exit 2
    ;;
esac

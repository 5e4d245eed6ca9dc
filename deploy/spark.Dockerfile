# The processes of a Spark cluster: sh start.sh master|worker|thrift
FROM python:3.12.12-slim-bookworm
RUN apt-get update \
    && mkdir -p /usr/share/man/man1 \
    && apt-get install -y --no-install-recommends openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/*
COPY spark /opt/smed-spark
WORKDIR /opt/smed-spark
RUN pip install -q --no-cache-dir --no-deps --require-hashes -r build-requirements.txt \
    && pip install -q --no-cache-dir --no-deps --no-build-isolation --require-hashes -r requirements.txt \
    && useradd --uid 50000 --gid 0 --no-create-home --home-dir /tmp smed \
    && install -d -o 50000 -g 0 -m 0770 /srv/smed /srv/spark
ENV SPARK_HOME=/usr/local/lib/python3.12/site-packages/pyspark SPARK_STATE=/srv/spark HOME=/tmp
USER 50000:0
ENTRYPOINT ["sh", "/opt/smed-spark/start.sh"]
CMD ["thrift"]

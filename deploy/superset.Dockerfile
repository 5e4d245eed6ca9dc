# Superset with the driver of PostgreSQL, which its own image leaves out, and the dashboards.
FROM apache/superset:6.1.0
USER root
RUN . /app/.venv/bin/activate && uv pip install --no-cache psycopg2-binary==2.9.13
COPY superset_config.py /app/smed/
COPY superset /app/smed/assets
COPY begin.sh start-superset.sh /usr/local/bin/
USER superset
CMD ["/usr/local/bin/start-superset.sh"]

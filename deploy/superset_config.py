"""Superset's settings; the secrets come from the environment, and none has a default."""

import os

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_DATABASE_URL"]
# a pixel of its pages that calls home
SUPERSET_ENABLE_TELEMETRY = False
# the pages are for who has a password; visitors see nothing
PUBLIC_ROLE_LIKE = None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# readers of the marts neither write to them nor upload to them
PREVENT_UNSAFE_DB_CONNECTIONS = True

"""The settings of Django."""

import os
import secrets

from corsheaders.defaults import default_headers

from ..options import DATABASE, KEY_SECONDS, KEYS, ORIGINS

SECRET_KEY = secrets.token_hex(32)
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = f"benchmarks.peers.django_app.{os.environ['PEER_API']}"
INSTALLED_APPS = [
    "corsheaders",
    "django_prometheus",
    "rest_framework",
    "benchmarks.peers.django_app",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "benchmarks.peers.django_app.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATABASE,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512",
        },
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": KEY_SECONDS,
        "OPTIONS": {"MAX_ENTRIES": KEYS},
    }
}
CORS_ALLOWED_ORIGINS = ORIGINS
CORS_ALLOW_METHODS = ["GET", "POST"]
CORS_ALLOW_HEADERS = [*default_headers, "x-api-key"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_REFERRER_POLICY = "no-referrer"
LOGGING_CONFIG = None  # the middleware writes the log
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["benchmarks.peers.django_app.rest_access.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": [
        "benchmarks.peers.django_app.rest_access.ByAddress",
        "benchmarks.peers.django_app.rest_access.ByCaller",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}

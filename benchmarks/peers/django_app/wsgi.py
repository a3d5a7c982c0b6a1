"""The WSGI application with the API in one of the two frameworks."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.django_app.settings"
application = get_wsgi_application()

"""The project's settings with the bench's bare pages beside its own; only `script/bench` names this module."""

from django.core.exceptions import ImproperlyConfigured

from config.settings import *  # noqa: F403
from config.settings import IS_PRODUCTION

if IS_PRODUCTION:
    raise ImproperlyConfigured("The bench is not for production.")

ROOT_URLCONF = "bench.urls"

import gc

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Naru"

    def ready(self) -> None:
        from config import access, celery, checks  # noqa: F401 — every process hands tasks to our own Celery app

        access.fill()


class NaruAdminConfig(AdminConfig):
    default_site = "config.site.NaruAdminSite"

    def ready(self) -> None:
        super().ready()
        gc.freeze()
        gc.set_threshold(
            25_000, 20, 20
        )  # a page makes some ten thousand things that go with it: looked for less often
        gc.enable()

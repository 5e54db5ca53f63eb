from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Naru"

    def ready(self) -> None:
        from config import access, checks  # noqa: F401

        access.fill()


class NaruAdminConfig(AdminConfig):
    default_site = "config.site.NaruAdminSite"

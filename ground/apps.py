from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    name = "ground"
    verbose_name = _("Ground")

    def ready(self) -> None:
        from ground import database, handlers  # noqa: F401

        post_migrate.connect(database.grant_after_migrate, dispatch_uid="ground.grants")

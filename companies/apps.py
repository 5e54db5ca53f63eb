from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CompaniesConfig(AppConfig):
    name = "companies"
    verbose_name = _("Companies")

    def ready(self) -> None:
        from companies import handlers, permissions  # noqa: F401
        from companies.domain import destruction
        from ground.database import READ_ONLY_TABLES

        READ_ONLY_TABLES.add("companies_destructionrecord")
        post_migrate.connect(destruction.arm_after_migrate, dispatch_uid="companies.destruction")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programs")

    def ready(self) -> None:
        from ground.database import INSERT_ONLY_TABLES, VIEWS
        from programs import handlers, permissions  # noqa: F401

        INSERT_ONLY_TABLES.update({"programs_screening", "programs_screened", "programs_upheld"})
        VIEWS.add("programs_taken")

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuidanceConfig(AppConfig):
    name = "guidance"
    verbose_name = _("Guidance")

    def ready(self) -> None:
        from guidance import handlers, permissions  # noqa: F401
        from guidance.queries import attached  # noqa: F401

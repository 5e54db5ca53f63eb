from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from ground.database import INSERT_ONLY_TABLES, OWNERS_FUNCTIONS, READ_ONLY_TABLES
        from reports import handlers, permissions  # noqa: F401

        INSERT_ONLY_TABLES.update(
            {
                "reports_customs_line", "reports_customs_seen", "reports_exchangerate", "reports_payout_line", "reports_rateattempt", "reports_rejection",
                "reports_sales_line", "reports_samplefinding", "reports_sampledorder", "reports_samplingplan",
            }
        )  # fmt: skip
        OWNERS_FUNCTIONS.update(
            {
                "naru_ensure_month", "naru_open_from", "naru_roll_up", "naru_stage", "naru_staged", "naru_store_open_from",
                "naru_tidy_rollups", "naru_unstage",
            }
        )  # fmt: skip
        READ_ONLY_TABLES.update(
            {
                "reports_batch_sum", "reports_customs_sum", "reports_rollup_cell", "reports_rollup_change", "reports_rollup_group",
                "reports_rollup_month", "reports_rollup_orders",
            }
        )  # fmt: skip

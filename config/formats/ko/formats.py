"""2025. 9. 30.(화) 14:00"""

from django.utils.translation import gettext_noop as _

DATE_FORMAT = SHORT_DATE_FORMAT = "Y. n. j.(D)"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"
# What `D` writes: in the catalog of Naru one letter each, in Django's the whole word.
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))

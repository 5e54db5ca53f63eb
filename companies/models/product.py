"""Products a company sells abroad."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from companies.models.company import Company
from ground.audit import tracked
from ground.models import Record


class ProductGroup(models.TextChoices):
    """Product groups (상품군) of the statistics of online shopping (KOSIS DT_1KE10081, direct sales abroad), in their order.

    Releases write the names with other spaces; the codes are our own, the place in the table.
    """

    COMPUTERS = "01", _("Computers and peripherals")
    ELECTRONICS = "02", _("Home appliances, electronics, telecom devices")
    SOFTWARE = "03", _("Software")
    BOOKS = "04", _("Books")
    OFFICE = "05", _("Office and stationery")
    MUSIC = "06", _("Records, video, musical instruments")
    CLOTHING = "07", _("Clothing and fashion goods")
    SPORTS = "08", _("Sports and leisure goods")
    COSMETICS = "09", _("Cosmetics")
    CHILDREN = "10", _("Children and baby goods")
    FOOD = "11", _("Food and beverages")
    FARMING = "12", _("Agricultural, livestock, fishery products")
    HOUSEHOLD = "13", _("Household and car goods")
    OTHER = "14", _("Other goods")


@tracked()
class Product(Record):
    """A product under the company's own code. Its product group is stated by the company, never guessed from the HS code."""

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="products"
    )
    code = models.CharField(_("product code"), max_length=60)
    name_ko = models.CharField(_("name (Korean)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    category = models.CharField(_("category"), max_length=60, blank=True)
    product_group = models.CharField(_("product group"), max_length=2, blank=True, choices=ProductGroup)
    hs_code = models.CharField(
        _("HS code"), max_length=10, blank=True,
        validators=[RegexValidator(r"^([0-9]{4}|[0-9]{6}|[0-9]{10})$", _("An HS code has 4, 6 or 10 digits."))],
    )  # fmt: skip
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name_ko", "id"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="product_code_once"),
            models.UniqueConstraint(fields=["company", "id"], name="product_company_key"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko

"""Rows of an answer: products of the company with quantity and price."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.models import Company, Product
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models.application import Answer, Application


@tracked()
class ProductLine(Record):
    """A product of the applying company in an answer, with typed quantity and price."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=4, null=True, blank=True)
    price_amount = models.DecimalField(
        _("price of one"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    class Meta:
        verbose_name = _("product of an answer")
        verbose_name_plural = _("products of an answer")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "product"],
                name="product_line_once",
                violation_error_message=_("Name each product once."),
            ),
            models.CheckConstraint(
                condition=Q(price_amount__isnull=True) | ~Q(currency=""),
                name="product_line_price_has_currency",
                violation_error_message=_("Choose the currency of the price."),
            ),
            SameKey(field="answer", shared="application", name="product_line_answer_of_application"),
            SameKey(field="application", shared="company", name="product_line_application_of_company"),
            SameKey(field="product", shared="company", name="product_line_product_of_company"),
        ]

    def __str__(self) -> str:
        return str(self.product)

"""Rows of the company's own products in an answer: product, quantity, price of one and its currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.models import Product
from ground.models import Currency
from programs.domain.intake_drafts import Line
from programs.forms.intake import PlainNumberField
from programs.models import Application, ProductLine, Question

PARTS = ("product", "quantity", "price", "currency")
FEWEST, SPARE, MOST = 3, 2, 50
"""Rows on the page: at least, empty ones after those that are filled, at most."""


class ProductRows(forms.Widget):
    """A table of inputs; empty rows stand for nothing. Its value is a list of rows as typed, which a draft can keep."""

    template_name = "programs/widgets/product_rows.html"
    use_fieldset = True

    def __init__(self, products: list[tuple[str, str]], currencies: list[tuple[str, str]]) -> None:
        super().__init__()
        self.products, self.currencies = products, currencies

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        found = []
        for number in range(MOST):
            row = {part: str(data.get(f"{name}_{number}_{part}") or "").strip() for part in PARTS}
            if row["product"] or row["quantity"] or row["price"]:
                found.append(row)
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_0_product" not in data

    def id_for_label(self, id_: str) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        count = min(max(FEWEST, len(rows) + SPARE), MOST)
        context = super().get_context(name, None, attrs)
        context["rows"] = [
            {
                "number": number,
                "stem": f"{name}_{number}",
                "id": f"{context['widget']['attrs'].get('id', f'id_{name}')}_{number}",
                **{part: str(row.get(part) or "") for part in PARTS},
            }
            for number, row in enumerate([*rows, *({} for _row in range(count - len(rows)))])
        ]
        return {**context, "products": self.products, "currencies": self.currencies}


class ProductsField(forms.Field):
    """Typed rows as `Line`s: each product once, numbers not below zero, a price with its currency."""

    def __init__(
        self, products: Iterable[Product], currencies: Mapping[str, Currency], **kwargs: Any
    ) -> None:
        self.products = {str(each.pk): each for each in products}
        self.currencies = currencies
        self.number = PlainNumberField(max_digits=20, decimal_places=4, min_value=0, required=False)
        widget = ProductRows(
            [(key, f"{each} ({each.code})") for key, each in self.products.items()],
            [(code, code) for code in currencies],
        )
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> tuple[Line, ...]:
        lines: list[Line] = []
        faults: list[Any] = []
        for number, row in enumerate(value or [], start=1):
            try:
                lines.append(self._line(row))
            except ValidationError as error:
                faults += [
                    _("Row %(number)d: %(sentence)s") % {"number": number, "sentence": each}
                    for each in error.messages
                ]
        if len({line.product_id for line in lines}) != len(lines):
            faults.append(_("Name each product once."))
        if faults:
            raise ValidationError(faults)
        if self.required and not lines:
            raise ValidationError(self.error_messages["required"], code="required")
        return tuple(lines)

    def _line(self, row: Mapping[str, str]) -> Line:
        product = self.products.get(row["product"])
        if product is None:
            raise ValidationError(_("Choose a product."))
        quantity: Decimal | None = self.number.clean(row["quantity"])
        price: Decimal | None = self.number.clean(row["price"])
        if price is not None and row["currency"] not in self.currencies:
            raise ValidationError(_("Choose the currency of the price."))
        return Line(product.pk, quantity, price, row["currency"] if price is not None else "")

    def prepare_value(self, value: Any) -> Any:
        """A row as one line, where two versions of a form are compared."""
        if isinstance(value, dict):
            name = self.products.get(str(value.get("product")))
            return " · ".join(
                filter(None, (str(name or ""), *(str(value.get(part) or "") for part in PARTS[1:])))
            )
        return value


def rows_of(lines: Iterable[Line]) -> list[dict[str, str]]:
    """Saved lines as the rows that were typed."""
    return [
        {
            "product": str(line.product_id),
            "quantity": _typed(line.quantity),
            "price": _typed(line.price_amount),
            "currency": line.currency,
        }
        for line in lines
    ]


def _typed(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")


def products_for(questions: Iterable[Question], application: Application) -> list[Product]:
    """The products that the company still sells, and those in its saved answers to these questions, by name; none
    where no question asks for them."""
    asking = [each.pk for each in questions if each.kind == Question.Kind.PRODUCTS]
    if not asking:
        return []
    saved = ProductLine.objects.filter(application=application, answer__question__in=asking)
    return list(
        Product.objects.filter(company=application.company_id).filter(
            Q(disabled_on__isnull=True) | Q(pk__in=saved.values("product"))
        )
    )

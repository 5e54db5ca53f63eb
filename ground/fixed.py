"""Templates whose fixed words are looked up once: a page says some twenty sentences that are the same whenever it is drawn in
this language, and finding each anew takes longer than writing it."""

from __future__ import annotations

from typing import Any

from django.template import Context, Template
from django.template.base import FilterExpression, Variable
from django.template.loaders import cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language


class Loader(cached.Loader):
    """Django's own, which keeps templates; of those that it keeps the fixed words and addresses are kept, too."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        is_new = self.cache_key(template_name, skip) not in self.get_template_cache
        template = super().get_template(template_name, skip)
        if is_new:
            keep_fixed(template)
        return template


class FixedWords(TranslateNode):
    """`{% translate "…" %}` of a text that stands in the template: once for each language."""

    said: dict[str | None, str]

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.said:
            words = super().render(context)
            self.said[language] = context[self.asvar] if self.asvar else words
            return words
        if not self.asvar:
            return self.said[language]
        context[self.asvar] = self.said[language]
        return ""


class FixedAddress(StaticNode):
    """`{% static "…" %}` of a file that is named in the template: its address stays as long as the process does."""

    found: str | None = None

    def url(self, context: Context) -> str:
        if self.found is None:
            self.found = super().url(context)
        return self.found


def keep_fixed(template: Template) -> None:
    """What hangs on nothing but the language is not looked up again in this template."""
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        if type(node) is TranslateNode and node.message_context is None and _is_text(node.filter_expression):
            node.__dict__["said"] = {}  # first: the template may be drawn by another thread already
            node.__class__ = FixedWords
    for node in template.nodelist.get_nodes_by_type(StaticNode):
        if type(node) is StaticNode and _is_text(node.path):
            node.__class__ = FixedAddress


def _is_text(expression: FilterExpression) -> bool:
    said = expression.var
    return not expression.filters and (not isinstance(said, Variable) or said.literal is not None)

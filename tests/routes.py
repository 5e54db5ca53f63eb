"""All routes of the installation, walked from the URLconf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

NOBODY_S_ID = UUID("01900000-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Route:
    name: str
    arguments: tuple[tuple[str, str], ...]

    def address(self, known: dict[str, object] | None = None) -> str:
        """The address with ids of nothing, or with the known values of its arguments."""
        samples = {"uuid": NOBODY_S_ID, "int": 1, "slug": "x", "str": "x", "path": "x", "date": "2025-09"}
        values = {name: (known or {}).get(name, samples.get(kind, "x")) for name, kind in self.arguments}
        return reverse(self.name, kwargs=values) if values else reverse(self.name)


def walk() -> Iterator[Route]:
    """Every named route; a pattern without a name comes out as `?pattern`."""
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def inside(
        resolver: URLResolver, namespaces: tuple[str, ...], taken: tuple[tuple[str, str], ...]
    ) -> Iterator[Route]:
        for pattern in resolver.url_patterns:
            arguments = taken + _arguments(pattern)
            if isinstance(pattern, URLResolver):
                deeper = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                yield from inside(pattern, deeper, arguments)
            else:
                name = ":".join((*namespaces, pattern.name)) if pattern.name else f"?{pattern.pattern}"
                if (name, arguments) not in seen:
                    seen.add((name, arguments))
                    yield Route(name, arguments)

    yield from inside(get_resolver(), (), ())


def _arguments(pattern: URLPattern | URLResolver) -> tuple[tuple[str, str], ...]:
    route = pattern.pattern
    converters = getattr(route, "converters", {})
    if converters:
        return tuple((name, type(each).__name__.removesuffix("Converter").lower().replace("string", "str"))
                     for name, each in converters.items())  # fmt: skip
    groups = getattr(getattr(route, "regex", None), "groupindex", {})
    return tuple((name, "str") for name in groups)

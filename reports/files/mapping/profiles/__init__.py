"""The files that Naru knows without being told: one module a marketplace, each a mapping and nothing else.

Marks of confidence stand in the modules: [H] read in public documentation or real files, [M] in one kind of source,
[U] not verified.
"""

from __future__ import annotations

from reports.files.mapping.model import Mapping
from reports.files.mapping.profiles import (
    amazon,
    customs,
    lazada,
    mercadolibre,
    naru,
    ownmall,
    qoo10,
    shopee,
)

BUILT_IN: tuple[Mapping, ...] = tuple(
    mapping
    for module in (mercadolibre, lazada, amazon, shopee, qoo10, ownmall, customs, naru)
    for mapping in module.PROFILES
)
BY_CODE: dict[str, Mapping] = {mapping.code: mapping for mapping in BUILT_IN}

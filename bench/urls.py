"""The project's addresses, and the bare pages that the bench measures as the floor."""

from django.urls import include, path

from bench import bare
from ground.access import EVERYONE, TABLE, Entry

for _route in ("bench_row", "bench_file"):
    if TABLE.find(_route) is None:
        TABLE.add(_route, Entry(writes=EVERYONE, is_door=True))

urlpatterns = [
    path("bench/row/", bare.row, name="bench_row"),
    path("bench/file/", bare.file, name="bench_file"),
    path("", include("config.urls")),
]

"""Writes compound files (OLE), so that tests have HWP documents of their own."""

from __future__ import annotations

import itertools
import struct

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file of version 3 with these streams by their paths (one folder deep at most)."""
    folders = sorted({name.partition("/")[0] for name in streams if "/" in name})
    entries: list[tuple[str, int, str]] = [("Root Entry", 5, "")]
    entries += [(folder, 1, "") for folder in folders]
    entries += [(name.rpartition("/")[2], 2, name) for name in streams]
    folder_of = {name: name.rpartition("/")[0] for name in streams}

    small, small_table = b"", []
    sectors: list[bytes] = []
    table: list[int] = []

    def chain(content: bytes) -> int:
        start = len(sectors)
        pieces = [content[at : at + SECTOR].ljust(SECTOR, b"\x00") for at in range(0, len(content), SECTOR)]
        for number, piece in enumerate(pieces):
            sectors.append(piece)
            table.append(END if number == len(pieces) - 1 else start + number + 1)
        return start if pieces else END

    places: dict[str, tuple[int, int]] = {}
    for name, content in streams.items():
        if len(content) >= CUTOFF:
            places[name] = (chain(content), len(content))
            continue
        start = len(small) // MINI
        count = -(-len(content) // MINI)
        small += content.ljust(count * MINI, b"\x00")
        small_table += [start + each + 1 for each in range(count - 1)] + ([END] if count else [])
        places[name] = (start if count else END, len(content))
    small_start = chain(small)
    mini_fat = b"".join(struct.pack("<I", each) for each in small_table)
    mini_start = chain(mini_fat.ljust(-(-len(mini_fat) // SECTOR) * SECTOR, b"\xff"))

    def children(folder: str) -> list[int]:
        inside = [
            number
            for number, (_name, kind, path) in enumerate(entries)
            if (kind == 2 and folder_of[path] == folder) or (kind == 1 and not folder)
        ]
        return inside

    written = b""
    next_of: dict[int, int] = {}
    first_of: dict[str, int] = {}
    for folder in ["", *folders]:
        inside = children(folder)
        first_of[folder] = inside[0] if inside else FREE
        for one, other in itertools.pairwise(inside):
            next_of[one] = other
    for number, (name, kind, path) in enumerate(entries):
        encoded = name.encode("utf-16-le") + b"\x00\x00"
        child = first_of[""] if kind == 5 else first_of[name] if kind == 1 else FREE
        start, size = (small_start, len(small)) if kind == 5 else places[path] if kind == 2 else (0, 0)
        written += encoded.ljust(64, b"\x00") + struct.pack(
            "<HBBIII16sIQQIQ",
            len(encoded),
            kind,
            1,
            FREE,
            next_of.get(number, FREE),
            child,
            b"",
            0,
            0,
            0,
            start,
            size,
        )
    empty = b"\x00" * 68 + struct.pack("<III", FREE, FREE, FREE) + b"\x00" * 48
    written += empty * (-len(entries) % 4)
    directory = chain(written)
    fats = 1
    while (len(table) + fats) > fats * (SECTOR // 4):
        fats += 1
    fat_places = [len(sectors) + each for each in range(fats)]
    table += [FAT] * fats
    fat = b"".join(struct.pack("<I", each) for each in table).ljust(fats * SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, fats,
        directory, 0, CUTOFF, mini_start if small_table else END, 1 if small_table else 0, END, 0,
        fat_places[0],
    ) + b"".join(struct.pack("<I", each) for each in (fat_places[1:] + [FREE] * 108)[:108])  # fmt: skip
    return header + b"".join(sectors) + fat

"""Videos of a few bytes, written box by box and element by element."""

from __future__ import annotations


def box(name: bytes, body: bytes = b"", *, size: int | None = None) -> bytes:
    """A box of MP4; `size` is what it says of itself when that is not the truth."""
    return (len(body) + 8 if size is None else size).to_bytes(4) + name + body


FTYP = box(b"ftyp", b"isom" + bytes(4) + b"isomavc1")


def mp4(film: bytes = b"pictures and sound", *more: bytes) -> bytes:
    return FTYP + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", film) + b"".join(more)


def element(name: str, body: bytes = b"", *, size: bytes | None = None) -> bytes:
    """An element of WebM, with a size of eight bytes unless `size` says it otherwise."""
    return bytes.fromhex(name) + (((1 << 56) + len(body)).to_bytes(8) if size is None else size) + body


UNKNOWN = b"\xff"


def webm(doctype: bytes = b"webm", clusters: bytes | None = None, *, size: bytes | None = None) -> bytes:
    head = element("1a45dfa3", element("4282", doctype, size=bytes([0x80 + len(doctype)])))
    inside = element("1549a966", b"about") + element("1654ae6b", b"tracks")
    clusters = element("1f43b675", b"pictures and sound") if clusters is None else clusters
    return head + element("18538067", inside + clusters, size=size)

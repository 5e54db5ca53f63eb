"""Attachments as pages of a book: each is read in the sandbox, disarmed, and bound behind a cover.

Run as a module, this is the child: it binds itself to its bounds, works on files it is told of and writes one JSON
document. What nobody vouches for is never read by the web or the worker itself.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import typst
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject

from ground.sandbox import MEGABYTE, OUT_OF_MEMORY, OUT_OF_TIME, Bounds, child, confine, run

BOUNDS = Bounds(memory=1500 * MEGABYTE, processor=30, clock=45.0, output=300 * MEGABYTE)
MOST_PAGES = 300
PICTURES = {"image/png": "png", "image/jpeg": "jpg"}
PRINTABLE = frozenset({"application/pdf", *PICTURES})
UNREADABLE, LOCKED, TOO_LONG, TOO_MUCH = "unreadable", "locked", "too_long", "too_much"
ACTIVE = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
PICTURE_PAGE = (
    '#set page(paper: "a4", margin: 15mm)\n'
    '#align(center + horizon, image("{name}", width: 100%, height: 100%, fit: "contain"))\n'
)


class NotBound(Exception):
    """`code` says why: unreadable (or empty), locked (a password), too_long (pages), too_much (memory or time)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Leaf:
    """Pages that can be bound, under a title of the book's outline."""

    title: str
    path: Path
    pages: int


def leaf_of(stored: IO[bytes], content_type: str, *, title: str, folder: Path, name: str) -> Leaf:
    """The pages of a PDF or a picture as a clean PDF in `folder`: without scripts, actions and embedded files.

    NotBound when they cannot be read within the bounds; types other than PRINTABLE are not for here (ValueError).
    """
    if content_type not in PRINTABLE:
        raise ValueError(f"{content_type} has no pages")
    source = folder / f"{name}.{PICTURES.get(content_type, 'source')}"
    with source.open("wb") as copy:
        shutil.copyfileobj(stored, copy)
    target = folder / f"{name}.pdf"
    pages = _ask({"source": str(source), "type": content_type, "target": str(target)})
    source.unlink()
    return Leaf(title, target, pages)


def bind(cover: bytes, leaves: Sequence[Leaf], *, folder: Path) -> IO[bytes]:
    """The book: the cover and all leaves behind it, each in the outline; open for reading. NotBound `too_much`."""
    front, target = folder / "cover.pdf", folder / "book.pdf"
    front.write_bytes(cover)
    parts = [[leaf.title, str(leaf.path)] for leaf in leaves]
    _ask({"cover": str(front), "parts": parts, "target": str(target)})
    return target.open("rb")


def _ask(request: dict[str, Any]) -> int:
    with tempfile.TemporaryFile() as out:
        arguments = ["-m", "ground.printing.binding", json.dumps(request), json.dumps(asdict(BOUNDS))]
        ended = run(arguments, BOUNDS, out)
        if ended in OUT_OF_TIME or ended in OUT_OF_MEMORY:
            raise NotBound(TOO_MUCH)
        out.seek(0)
        try:
            answer = json.load(out)
        except ValueError:
            raise NotBound(UNREADABLE) from None
    if not isinstance(answer, int):
        raise NotBound(answer if answer in (LOCKED, TOO_LONG, TOO_MUCH) else UNREADABLE)
    return answer


def _picture(source: Path, target: Path) -> int:
    page = source.with_suffix(".typ")
    page.write_text(PICTURE_PAGE.format(name=source.name))
    typst.compile(page, output=target, root=source.parent, ignore_system_fonts=True, format="pdf")
    return 1


def _clean(source: Path, target: Path) -> int:
    reader = PdfReader(source)
    if reader.is_encrypted and not reader.decrypt(""):
        raise NotBound(LOCKED)
    count = len(reader.pages)
    if count > MOST_PAGES:
        raise NotBound(TOO_LONG)
    if not count:
        raise NotBound(UNREADABLE)
    writer = PdfWriter()
    for page in reader.pages:
        _disarm(page)  # before it is copied: what hangs on it would be copied, too
        writer.add_page(page)
    writer.write(target)
    return count


def _disarm(page: PageObject) -> None:
    """What is to be seen stays; what would do something goes."""
    for key in ("/AA", "/StructParents"):
        page.pop(key, None)
    kept = ArrayObject()
    for each in page.get("/Annots") or []:
        annotation = each.get_object()
        if annotation.get("/Subtype") in ACTIVE:
            continue
        for key in ("/A", "/AA", "/PA"):
            annotation.pop(key, None)
        kept.append(each)
    if "/Annots" in page:
        page[NameObject("/Annots")] = kept


def _bind(cover: Path, parts: Sequence[Sequence[str]], target: Path) -> int:
    writer = PdfWriter(clone_from=cover)
    writer.root_object.pop(
        "/Metadata", None
    )  # it says that all pages are tagged; those behind the cover are not
    for title, path in parts:
        writer.append(path, outline_item=title, import_outline=False)
    writer.write(target)
    return len(writer.pages)


def _answer(request: dict[str, Any], bounds: Bounds) -> None:
    confine(bounds)
    answer: object
    target = Path(request["target"])
    try:
        if "cover" in request:
            answer = _bind(Path(request["cover"]), request["parts"], target)
        elif request["type"] in PICTURES:
            answer = _picture(Path(request["source"]), target)
        else:
            answer = _clean(Path(request["source"]), target)
    except NotBound as error:
        answer = error.code
    except MemoryError:
        answer = TOO_MUCH
    except OSError:  # the machine's fault or the file's: `child` tells them apart
        raise
    except Exception:  # both libraries raise types of their own for every way a file can be wrong
        answer = UNREADABLE
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    sys.exit(child(lambda: _answer(json.loads(sys.argv[1]), Bounds(**json.loads(sys.argv[2])))))

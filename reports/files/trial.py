"""What a file is before its mapping is settled, asked in the sandbox: a sample of it, how a mapping reads the sample, and
rows of a stored copy by their numbers.

The child answers with one JSON document; nothing else of the file comes out of it.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ground.sandbox import MEGABYTE, OUT_OF_MEMORY, OUT_OF_TIME, Bounds, child, confine, run
from reports.files.door import check_size
from reports.files.lines import FileRefused
from reports.files.mapping.model import Mapping, MappingWrong
from reports.files.sandbox import bounds_for
from reports.files.sentences import say

TAKE, RAW, PREVIEW, REDUCE, ROWS = "take", "raw", "preview", "reduce", "rows"
RAW_ROWS = 10
WAITED_FOR = Bounds(memory=600 * MEGABYTE, processor=15, clock=25, output=256 * MEGABYTE)
"""Of what somebody waits for while the page loads."""

logger = logging.getLogger(__name__)


def take(path: Path, copy: Path, limit: int = 0, measure: str = "") -> dict[str, Any]:
    """A sample of the file at `copy`, and what it proves (`mapping.sample.take`). `FileRefused` as there, as
    `sandbox.read` says, and `sample_too_big` for more than `limit` bytes."""
    size = check_size(path)
    if limit and size > limit:
        raise FileRefused("sample_too_big", size=-(-size // MEGABYTE), limit=limit // MEGABYTE)
    return _ask(path, {"task": TAKE, "copy": str(copy.resolve()), "measure": measure})


def raw(path: Path, facts: dict[str, Any]) -> list[list[str]]:
    """The first rows of a sample of which these facts are known."""
    request = {"task": RAW, "header_row": facts["header_row"], "delimiter": facts["delimiter"]}
    found: list[list[str]] = _ask(path, request)["raw"]
    return found


def preview(path: Path, mapping: Mapping, *, tz: str, currency: str = "") -> dict[str, Any]:
    """How the mapping reads the sample (`mapping.sample.preview`)."""
    request = {"task": PREVIEW, "mapping": mapping.as_dict(), "tz": tz, "currency": currency}
    return _ask(path, request)


def reduce(path: Path, mapping: Mapping, copy: Path) -> dict[str, Any]:
    """The sample at `copy` with what the mapping reads and nothing else."""
    request = {"task": REDUCE, "mapping": mapping.as_dict(), "copy": str(copy.resolve())}
    return _ask(path, request)


def rows(path: Path, profile: str, numbers: Iterable[int], own: Iterable[Mapping] = ()) -> dict[str, Any]:
    """The rows down to the headings and those of these numbers, as they stand in the stored copy (`rejected.rows`)."""
    request = {"task": ROWS, "profile": profile, "numbers": sorted(set(numbers))}
    return _ask(path, request | {"own": [each.as_dict() for each in own]}, WAITED_FOR)


def _ask(path: Path, request: dict[str, Any], bounds: Bounds | None = None) -> dict[str, Any]:
    size = check_size(path)
    bounds = bounds or bounds_for(size)
    with tempfile.TemporaryFile() as out, tempfile.NamedTemporaryFile("w", suffix=".json") as asked:
        json.dump({**request, "path": str(path.resolve())}, asked)
        asked.flush()
        ended = run(["-m", "reports.files.trial", asked.name, json.dumps(asdict(bounds))], bounds, out)
        if ended in OUT_OF_TIME:
            raise FileRefused("too_slow")
        if ended in OUT_OF_MEMORY:
            raise FileRefused("too_hungry")
        out.seek(0)
        try:
            found = json.loads(out.read().decode())
            if "refused" in found:
                code, parameters = found["refused"]
                raise FileRefused(str(code), **{str(name): value for name, value in parameters})
            answer = found["answer"]
            if not isinstance(answer, dict):
                raise TypeError
        except (ValueError, TypeError, KeyError):
            logger.warning("the reader of a sample ended with %s and no answer", ended)
            raise FileRefused("unreadable") from None
    return answer


def main(asked: str, bounds: Bounds) -> None:
    with open(asked, encoding="utf-8") as stream:  # noqa: PTH123 (the child's own request)
        request = json.load(stream)
    confine(bounds)
    try:
        said: dict[str, Any] = {"answer": _answer(request)}
    except FileRefused as refused:
        said = {"refused": [refused.code, [list(each) for each in refused.sentence.parameters]]}
    except MappingWrong as wrong:
        said = {"refused": [wrong.code, [list(each) for each in wrong.sentence.parameters]]}
    except MemoryError:
        said = {"refused": ["too_hungry", []]}
    json.dump(said, sys.stdout, ensure_ascii=True)
    sys.stdout.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from reports.files import rejected
    from reports.files.mapping import sample
    from reports.files.mapping.plan import Context

    path = Path(request["path"])
    if request["task"] == TAKE:
        return sample.take(path, Path(request["copy"]), request["measure"])
    if request["task"] == ROWS:
        own = [Mapping.from_dict(each) for each in request["own"]]
        return rejected.rows(path, request["profile"], request["numbers"], own)
    if request["task"] == RAW:
        return sample.raw(path, RAW_ROWS, request["header_row"], request["delimiter"])
    mapping = Mapping.from_dict(request["mapping"])
    if request["task"] == REDUCE:
        return sample.reduce(path, mapping, Path(request["copy"]))
    return sample.preview(path, mapping, Context(request["currency"], request["tz"]))


def sentence(code: str, parameters: Iterable[Iterable[Any]]) -> str:
    """A sentence of the answer in the reader's language."""
    return str(say(code, **{str(name): value for name, value in map(tuple, parameters)}))


if __name__ == "__main__":
    sys.exit(child(lambda: main(sys.argv[1], Bounds(**json.loads(sys.argv[2])))))

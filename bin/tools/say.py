"""What the two commands print: steps with their time, and one clear line for each way to fail."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


class Stop(Exception):
    """The command cannot go on; the text says why and what to do, in Chinese and in English."""


def line(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"· {text} …", end="", flush=True)
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - begun:.1f} s", flush=True)


def disk_stop(error: OSError) -> Stop:
    """The line for a disk that takes no writing."""
    where = error.filename or "?"
    if error.errno == errno.ENOSPC:
        return Stop(f"磁盘已满：请清理后再试。(The disk is full at {where}: make room and try again.)")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Stop(
            f"无法写入 {where}：请换到可写的目录，或修改权限，或用 PORTAL_VAR 指定数据目录。"
            f"(Cannot write {where}: use a writable directory, or set PORTAL_VAR for the data.)"
        )
    return Stop(f"系统错误 {error}。(The system refused: {error}.)")


def leave(error: Stop, status: int = 1) -> NoReturn:
    print(f"\n✗ {error}", file=sys.stderr, flush=True)
    raise SystemExit(status)


def plain_streams() -> None:
    """Chinese must not crash a terminal that knows only ASCII."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")

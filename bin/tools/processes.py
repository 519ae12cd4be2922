"""Processes that live and die with us: each in a group of its own, told to stop, and gone when we are gone."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def start(command: list[str], *, log: Path, env: dict[str, str], cwd: Path, **options: Any) -> subprocess.Popen[Any]:
    """Start a process that writes to `log`; should we be killed outright, the kernel ends it too."""
    options["preexec_fn"] = die_with_parent if sys.platform == "linux" else None
    with log.open("ab") as output:
        options |= {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, env=env, cwd=cwd, start_new_session=True, **options)


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(
    processes: list[subprocess.Popen[bytes]], *, kind: signal.Signals = signal.SIGTERM, patience: float = 10
) -> None:
    """Tell all to stop, wait, and kill what does not listen."""
    for process in processes:
        send(process, kind)
    deadline = time.monotonic() + patience
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        send(process, signal.SIGKILL)
        process.wait()


def send(process: subprocess.Popen[bytes], kind: signal.Signals) -> None:
    """Signal the whole group; a group that is gone is what we wanted."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, kind)


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for the line that says why a process died."""
    try:
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""

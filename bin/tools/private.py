"""PostgreSQL and Redis of our own for one run of the tests, from the installed binaries, also as root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import processes

# Nothing here has to survive a power cut.
POSTGRES_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


class Servers:
    """The private servers that were started; `stop` ends them and removes their data."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="portal-services-"))
        self.directory.chmod(0o755)
        self.running: list[subprocess.Popen[bytes]] = []

    def postgres(self) -> str:
        """The URL of a fresh PostgreSQL, or "" where no binaries are installed or they do not start."""
        binaries = postgres_binaries()
        if binaries is None:
            return ""
        account, port, data = unprivileged(), free_port(), self.directory / "postgres"
        data.mkdir(mode=0o700)
        give(data, account)
        made = subprocess.run(
            [binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            capture_output=True,
            cwd="/",
            check=False,
            **account,
        )
        if made.returncode:
            return ""
        options = [part for option in POSTGRES_OPTIONS for part in ("-c", option)]
        where = ["-D", str(data), "-p", str(port), "-k", str(data), "-c", "listen_addresses=127.0.0.1"]
        self.run([str(binaries / "postgres"), *where, *options], "postgres.log", account)
        ready = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        return f"postgres://postgres@127.0.0.1:{port}/postgres" if self.until(lambda: succeeds(ready)) else ""

    def redis(self) -> str:
        """The URL of a fresh Redis that writes nothing to disk, or ""."""
        program = shutil.which("redis-server")
        if not program:
            return ""
        port = free_port()
        where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(self.directory)]
        self.run([program, *where, "--save", "", "--appendonly", "no"], "redis.log", {})
        return f"redis://127.0.0.1:{port}/0" if self.until(lambda: answers(port)) else ""

    def run(self, command: list[str], log: str, account: dict[str, Any]) -> None:
        started = processes.start(command, log=self.directory / log, env=dict(os.environ), cwd=Path("/"), **account)
        self.running.append(started)

    def until(self, ready: Any, within: float = 20) -> bool:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and self.running[-1].poll() is None:
            if ready():
                return True
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        processes.stop(self.running, kind=processes.signal.SIGINT)  # PostgreSQL's "fast" way
        shutil.rmtree(self.directory, ignore_errors=True)


def postgres_binaries() -> Path | None:
    """The newest of Debian's directories; elsewhere the one that holds initdb on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


def unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as its own account or as nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return {}


def give(path: Path, account: dict[str, Any]) -> None:
    if account:
        os.chown(path, account["user"], account["group"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def succeeds(command: list[Any]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0

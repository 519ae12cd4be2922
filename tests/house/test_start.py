"""The two commands say in one line what is wrong and what to do."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings

sys.path.insert(0, str(settings.BASE_DIR / "bin" / "tools"))
import private
import say

BIN = settings.BASE_DIR / "bin"


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "start", *arguments],
        env=os.environ | {"PORTAL_PYTHON": sys.executable} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_start_on_a_port_in_use_says_so_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = start("--port", port, PORTAL_VAR=str(tmp_path / "var"))
    assert result.returncode == 1
    assert f"端口 {port} 已被占用" in result.stderr
    assert "--port" in result.stderr
    assert not (tmp_path / "var").exists()


def test_start_without_python_says_what_to_install(tmp_path):
    for tool in ("dirname", "sh"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    result = start(PATH=str(tmp_path), PORTAL_PYTHON="python-that-is-absent")
    assert result.returncode == 3
    assert "Python 3.11" in result.stderr
    assert result.stderr.count("\n") == 1


def test_start_where_nothing_can_be_written_names_the_place():
    result = start("--port", str(private.free_port()), PORTAL_VAR="/sys/portal")
    assert result.returncode == 1
    assert "PORTAL_VAR" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_disk_that_takes_no_writing_is_explained(code):
    assert "/data" in str(say.disk_stop(OSError(code, os.strerror(code), "/data")))


@pytest.mark.slow
def test_start_without_network_says_so(tmp_path):
    nowhere = "http://127.0.0.1:9/simple"
    result = start(
        "--port",
        str(private.free_port()),
        PORTAL_VAR=str(tmp_path / "var"),
        PORTAL_VENV=str(tmp_path / "venv"),
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL=nowhere,
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_NO_CACHE_DIR="1",
    )
    assert result.returncode == 1
    assert "请检查网络" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_private_servers_start_and_leave_nothing_behind():
    servers = private.Servers()
    try:
        urls = servers.postgres(), servers.redis()
    finally:
        servers.stop()
    if not all(urls):
        pytest.skip("PostgreSQL or Redis is not installed")
    assert [process.returncode for process in servers.running] == [0, 0]
    assert not servers.directory.exists()

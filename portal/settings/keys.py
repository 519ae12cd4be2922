"""Where the secret keys come from: files in the state directory, or the environment on servers."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def new_key() -> str:
    """32 random bytes in base64: good for SECRET_KEY and for PORTAL_FIELD_KEY."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def kept_key(path: Path) -> str:
    """The key in the file `path`; the first caller makes it, readable by the owner alone."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
    try:
        os.link(draft, path)  # never overwrites: of two processes that start together one wins, both read the same key
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("ascii").strip()


if __name__ == "__main__":
    print(new_key())  # noqa: T201 -- the answer of this small command

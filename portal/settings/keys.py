"""Where the secret keys come from: files in the state directory, or the environment on servers."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

# Random bytes in a key: AES-256 takes exactly 32, Django asks for more than 50 characters.
FIELD_KEY_BYTES, SECRET_KEY_BYTES = 32, 48


def new_key(size: int) -> str:
    """`size` random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(size)).decode()


def kept_key(path: Path, size: int) -> str:
    """The key in the file `path`; the first caller makes it, readable by the owner alone."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(new_key(size) + "\n")
    try:
        os.link(draft, path)  # never overwrites: of two processes that start together one wins, both read the same key
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("ascii").strip()


if __name__ == "__main__":
    print(f"SECRET_KEY={new_key(SECRET_KEY_BYTES)}")  # noqa: T201 -- the answer of this small command
    print(f"PORTAL_FIELD_KEY={new_key(FIELD_KEY_BYTES)}")  # noqa: T201 -- as above

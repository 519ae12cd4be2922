"""Where things are: the checkout, its virtual environment, its state directory."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = Path(os.environ.get("PORTAL_VENV", ROOT / ".venv")).absolute()
PYTHON = VENV / "bin" / "python"
VAR = Path(os.environ.get("PORTAL_VAR", ROOT / "var")).absolute()
NODE_MODULES = ROOT / "node_modules"


def own_environment(**changes: str) -> dict[str, str]:
    """The environment of our children: the user's, with the state directory named."""
    return os.environ | {"PORTAL_VAR": str(VAR), "PYTHONUNBUFFERED": "1"} | changes

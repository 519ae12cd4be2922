"""A process of its own that reads each file it is given and reports seconds, peak memory and what it was told."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from pathlib import Path

MB = 1024 * 1024


def main(paths: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1024 * MB, 1024 * MB))
    from core.errors import InvalidInput
    from core.xlsx.read import read_sheet

    for path in paths:
        began = time.perf_counter()
        try:
            read_sheet(path)
            told = None
        except InvalidInput as error:
            told = [error.message, error.remedy]
        seconds = time.perf_counter() - began
        # ru_maxrss would begin with the peak of the process that started this one.
        status = Path("/proc/self/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
        sys.stdout.write(json.dumps({"path": path, "seconds": seconds, "peak": peak, "told": told}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Which static files there are besides our own: the few we use of the npm packages and of the installed apps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage, Storage

# File in node_modules -> name under /static/. A package has hundreds of files; these are the ones a page names.
PACKAGE_FILES = {
    "@tabler/core/dist/css/tabler.min.css": "vendor/tabler/tabler.min.css",
    "echarts/dist/echarts.min.js": "vendor/echarts/echarts.min.js",
}
# What the apps bring and no page of ours uses.
UNUSED = ("rest_framework", "redoc")


class PackageFinder(finders.BaseFinder):
    """Finds the files of PACKAGE_FILES in node_modules."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = PackageStorage(settings.BASE_DIR / "node_modules")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [self.storage.path(path)] if self.storage.exists(path) else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        for name in PACKAGE_FILES.values():
            if self.storage.exists(name):
                yield name, self.storage

    def check(self, **kwargs: Any) -> list[Any]:
        return []


class PackageStorage(FileSystemStorage):
    """Reads a file under its public name from its place in node_modules."""

    prefix = ""

    def __init__(self, location: Path) -> None:
        super().__init__(location=str(location))
        self.places = {name: Path(location, source) for source, name in PACKAGE_FILES.items()}

    def path(self, name: str) -> str:
        return str(self.places.get(name, Path(self.location, "absent")))

    def exists(self, name: str) -> bool:
        return name in self.places and self.places[name].is_file()


class AppFinder(finders.AppDirectoriesFinder):
    """The apps' static files, save those no page of ours uses."""

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            if not any(part in UNUSED for part in Path(path).parts):
                yield path, storage

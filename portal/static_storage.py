"""How static files are published: a digest in each name, gzip beside each file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Minified packages name source maps that we do not publish; the manifest would fail on the absent files.
SOURCE_MAP = re.compile(rb"(?:/\*#\s*sourceMappingURL=[^*]*\*/|//#\s*sourceMappingURL=\S*)\s*$")


class StaticStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage for files whose source maps were left in the package."""

    def _save(self, name: str, content: Any) -> str:
        if name.endswith((".css", ".js")):
            content = ContentFile(SOURCE_MAP.sub(b"", b"".join(content.chunks())), name=name)
        return super()._save(name, content)

    def post_process(self, paths: dict[str, Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Work on our own stripped copies, not on the originals in the packages."""
        yield from super().post_process({name: (self, name) for name in paths}, *args, **kwargs)

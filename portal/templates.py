"""How templates are read: without the spaces that indent their lines, which nobody sees but every page would send."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENT = re.compile(r"\n[ \t]+")


class Loader(filesystem.Loader):
    """The files of templates/, each line from its first character; lines stay lines, so errors name the right one."""

    def get_contents(self, origin: Origin) -> str:
        return INDENT.sub("\n", super().get_contents(origin))

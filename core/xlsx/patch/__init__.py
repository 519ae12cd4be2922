"""A workbook changed in its package: only the named cells, by splicing the XML; every other part stays byte for byte.

`markup` finds tags and splices, `refs` moves references, `sheet` reads one sheet's rows and cells,
`grow` lengthens a block of rows, `package` holds the parts and writes the file.
"""

from core.xlsx.patch.package import Patch
from core.xlsx.patch.sheet import PatchError

__all__ = ["Patch", "PatchError"]

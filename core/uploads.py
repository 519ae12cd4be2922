"""Files people attach: taken in by what they really are, kept under random names, served as downloads only."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse

from core.errors import InvalidInput
from core.models import Attachment
from core.xlsx.container import TAIL, has_small_directory

MAX_BYTES = 20 * 1024 * 1024
MAX_MEMBERS = 5_000
ALLOWED_WORDS = "图片（jpg、png、heic）、文档（pdf、docx、xlsx、pptx、txt）、录音录像（mp3、m4a、mp4）"
OFFICE = "application/vnd.openxmlformats-officedocument"
MACRO_PARTS = re.compile(r"vbaproject|/macrosheets/|/activex/", re.I)
UNSAFE_IN_NAME = re.compile('[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff/\\\\:*?"<>|]')


@dataclass(frozen=True, slots=True)
class FileType:
    """One allowed type: the endings it may carry, and the part an office package must hold."""

    content_type: str
    endings: tuple[str, ...]
    part: str = ""


PDF = FileType("application/pdf", ("pdf",))
JPEG = FileType("image/jpeg", ("jpg", "jpeg"))
PNG = FileType("image/png", ("png",))
HEIC = FileType("image/heic", ("heic", "heif"))
MP3 = FileType("audio/mpeg", ("mp3",))
M4A = FileType("audio/mp4", ("m4a",))
MP4 = FileType("video/mp4", ("mp4", "mov", "m4v"))
TEXT = FileType("text/plain; charset=utf-8", ("txt",))
OFFICE_TYPES = (
    FileType(f"{OFFICE}.wordprocessingml.document", ("docx",), "word/document.xml"),
    FileType(f"{OFFICE}.spreadsheetml.sheet", ("xlsx",), "xl/workbook.xml"),
    FileType(f"{OFFICE}.presentationml.presentation", ("pptx",), "ppt/presentation.xml"),
)


def accept(uploaded_file: UploadedFile, *, actor: Any, root_id: int) -> Attachment:
    """The stored attachment; InvalidInput if it is empty, above 20 MB or not what its name says."""
    name = safe_name(uploaded_file.name or "")
    if not uploaded_file.size:
        raise InvalidInput(f"“{name}”是空文件。", remedy="请确认文件能正常打开后再上传。")
    if uploaded_file.size > MAX_BYTES:
        raise InvalidInput(f"“{name}”超过 20 MB。", remedy="请压缩图片或视频后再上传。")
    file_type = _checked_type(uploaded_file, name)
    user = getattr(actor, "user", actor)
    attachment = Attachment(
        root_id=root_id,
        sha256=_digest(uploaded_file),
        name=name,
        size=uploaded_file.size,
        content_type=file_type.content_type,
        uploaded_by_id=getattr(user, "pk", None),
    )
    uploaded_file.seek(0)
    attachment.file.save(name, uploaded_file, save=False)
    attachment.save()
    return attachment


def serve(attachment: Attachment) -> FileResponse:
    """The file as a download. The caller has made sure that the viewer may see the record it belongs to."""
    response = FileResponse(
        attachment.file.open("rb"), as_attachment=True, filename=attachment.name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def same_content(attachment: Attachment) -> QuerySet[Attachment]:
    """Other attachments of the same root with the very same bytes: a photo used before."""
    same = Attachment.objects.filter(root_id=attachment.root_id, sha256=attachment.sha256)
    return same.exclude(pk=attachment.pk).order_by("id")


def safe_name(name: str) -> str:
    """The file name for people: no path, no control or direction characters, at most 200 characters."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = UNSAFE_IN_NAME.sub("", name).strip(" .") or "未命名"
    path = PurePosixPath(name)
    return name if len(name) <= 200 else path.stem[: 199 - len(path.suffix[:20])] + path.suffix[:20]


def _checked_type(uploaded: UploadedFile, name: str) -> FileType:
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    if ending in ("doc", "xls", "ppt", "wps", "et", "dps"):
        raise InvalidInput(f"“{name}”是旧版文档。", remedy="请另存为 .docx、.xlsx 或 .pptx 后再上传。")
    found = _type_by_content(uploaded, name)
    if found is None:
        raise InvalidInput(f"“{name}”的类型不能上传。", remedy=f"可以上传：{ALLOWED_WORDS}。")
    if ending not in found.endings:
        raise InvalidInput(
            f"“{name}”的内容与扩展名不符，实际是 {found.endings[0]} 文件。",
            remedy=f"请确认选对了文件，或把扩展名改为 .{found.endings[0]} 再上传。",
        )
    return found


def _type_by_content(uploaded: UploadedFile, name: str) -> FileType | None:
    uploaded.seek(0)
    head = uploaded.read(4096)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp":
        return _media_type(head)
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] in (b"\xfb", b"\xf3", b"\xf2")):
        return MP3
    if head.startswith(b"PK\x03\x04"):
        return _office_type(uploaded, name)
    return TEXT if _is_text(head, name) else None


def _media_type(head: bytes) -> FileType | None:
    brand = head[8:12]
    if brand in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"):
        return HEIC
    if brand == b"M4A ":
        return M4A
    return (
        MP4
        if brand in (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ")
        else None
    )


def _office_type(uploaded: UploadedFile, name: str) -> FileType | None:
    uploaded.seek(max(0, (uploaded.size or 0) - TAIL))
    if not has_small_directory(uploaded.read(TAIL)):
        raise InvalidInput(f"“{name}”已损坏或没有传完。", remedy="请确认能正常打开后重新上传。")
    uploaded.seek(0)
    try:
        with zipfile.ZipFile(uploaded.file or uploaded) as package:
            names = [member.filename for member in package.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        raise InvalidInput(f"“{name}”已损坏或没有传完。", remedy="请确认能正常打开后重新上传。") from None
    if len(names) > MAX_MEMBERS or any(MACRO_PARTS.search(part) for part in names):
        raise InvalidInput(f"“{name}”带有宏或控件，已拒收。", remedy="请另存为不含宏的文档后再上传。")
    if "[Content_Types].xml" not in names:
        return None
    return next((office for office in OFFICE_TYPES if office.part in names), None)


def _is_text(head: bytes, name: str) -> bool:
    if not name.lower().endswith(".txt") or b"\0" in head or head.startswith((b"MZ", b"\x7fELF")):
        return False
    return not re.match(rb"\s*<(!doctype|html|script|svg|\?xml)", head.lstrip(b"\xef\xbb\xbf"), re.I)


def _digest(uploaded: UploadedFile) -> str:
    digest = hashlib.sha256()
    uploaded.seek(0)
    for chunk in uploaded.chunks():
        digest.update(chunk)
    return digest.hexdigest()

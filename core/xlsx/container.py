"""The zip container of an uploaded workbook: opened, measured and inflated without trusting its headers."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from core.errors import InvalidInput

MAX_UPLOAD = 5 * 1024 * 1024
MAX_INFLATED = 50 * 1024 * 1024
MAX_MEMBERS = 2_000
CHUNK = 1024 * 1024
TAIL = 65_557  # the end record of a zip with the longest comment
LARGEST_DIRECTORY = 1024 * 1024
LOCAL_HEADER = struct.Struct("<4s5H3I2H")


class Refusal(NamedTuple):
    """A sentence and what to do about it; every raise makes its own exception."""

    message: str
    remedy: str

    def error(self) -> InvalidInput:
        return InvalidInput(self.message, remedy=self.remedy)


SAVE_AS = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（*.xlsx）”后再上传。"
TEMPLATE = "请下载导入模板，把内容复制进去后再上传。"
DAMAGED = Refusal("文件已损坏或没有传完，无法打开。", "请在自己的电脑上确认能打开，另存为 .xlsx 后重新上传。")
TOO_BIG_INSIDE = Refusal("文件展开后过大（超过 50 MB），不像是名册或台账。", TEMPLATE)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WRONG_TYPES = (
    (b"%PDF", "这是 PDF 文件，不是 Excel 表格。"),
    (b"MZ", "这是程序文件，不是 Excel 表格。"),
    (b"\x7fELF", "这是程序文件，不是 Excel 表格。"),
    (b"\xff\xd8\xff", "这是图片，不是 Excel 表格。"),
    (b"\x89PNG", "这是图片，不是 Excel 表格。"),
    (b"Rar!", "这是压缩包，不是 Excel 表格。"),
    (b"7z\xbc\xaf", "这是压缩包，不是 Excel 表格。"),
    (b"\x1f\x8b", "这是压缩包，不是 Excel 表格。"),
    (b"{\\rtf", "这是 Word 文档，不是 Excel 表格。"),
)


def open_container(data: bytes) -> zipfile.ZipFile:
    """The zip directory of an upload that may be a workbook; InvalidInput says why it is none."""
    if not data:
        raise InvalidInput("文件是空的，没有内容。", remedy="请确认表格已保存，再重新上传。")
    if len(data) > MAX_UPLOAD:
        raise InvalidInput("文件超过 5 MB。", remedy="请删去图片和多余的工作表，或分成几个文件上传。")
    if not data.startswith(b"PK"):
        _refuse_by_magic(data)
    if not has_small_directory(data[-TAIL:]):
        raise DAMAGED.error()
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, OverflowError, NotImplementedError, EOFError):
        raise DAMAGED.error() from None
    _check_directory(container)
    return container


def has_small_directory(tail: bytes) -> bool:
    """Whether the zip that ends in `tail` has a directory of at most 1 MB: reading it makes an object per entry."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22 or b"PK\x06\x07" in tail[max(0, at - 20) : at]:
        return False  # cut off, or in the format for files of gigabytes
    return int.from_bytes(tail[at + 12 : at + 16], "little") <= LARGEST_DIRECTORY


def inflate(data: bytes, member: zipfile.ZipInfo, budget: list[int]) -> Iterator[bytes]:
    """The content of one member in chunks; what really comes out is counted against `budget[0]`."""
    raw = memoryview(data)[slice(*_extent(data, member))]
    produced = 0
    for chunk in _stored(raw) if member.compress_type == zipfile.ZIP_STORED else _deflated(raw):
        produced += len(chunk)
        budget[0] -= len(chunk)
        if budget[0] < 0:
            raise TOO_BIG_INSIDE.error()
        yield chunk
    # A header that lies about the size is meant to pass one reader and blow up another.
    if produced != member.file_size:
        raise DAMAGED.error()


def _refuse_by_magic(data: bytes) -> None:
    if data.startswith(OLE):
        _refuse_ole(data)
    for magic, sentence in WRONG_TYPES:
        if data.startswith(magic):
            raise InvalidInput(sentence, remedy=SAVE_AS)
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise InvalidInput("这是网页或 XML 文件，只是改了扩展名。", remedy=SAVE_AS)
    if b"\0" not in data[:4096]:
        raise InvalidInput("这是文本或 CSV 文件，不是 Excel 工作簿。", remedy=SAVE_AS)
    raise InvalidInput("这不是 Excel 工作簿（.xlsx）。", remedy=SAVE_AS)


def _refuse_ole(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16le") in data:
        raise InvalidInput(
            "文件加了打开密码，系统读不了。", remedy="请取消密码（文件—信息—保护工作簿），保存后再上传。"
        )
    if "WordDocument".encode("utf-16le") in data:
        raise InvalidInput("这是 Word 文档，不是 Excel 表格。", remedy=TEMPLATE)
    raise InvalidInput("这是旧版 .xls 文件，系统只接收 .xlsx。", remedy=SAVE_AS)


def _check_directory(container: zipfile.ZipFile) -> None:
    members = container.infolist()
    if len(members) > MAX_MEMBERS:
        raise InvalidInput("文件里的部件过多，不像是普通表格。", remedy=TEMPLATE)
    names = [member.filename.lower() for member in members]
    if len(set(names)) != len(names):
        raise DAMAGED.error()
    for member in members:
        _check_member(member)
    if sum(member.file_size for member in members) > MAX_INFLATED:
        raise TOO_BIG_INSIDE.error()


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name or "\0" in name:
        raise InvalidInput("文件里有不安全的路径，已拒收。", remedy=TEMPLATE)
    if member.flag_bits & 0x1:
        raise InvalidInput("文件加了密码，系统读不了。", remedy="请取消密码，保存后再上传。")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DAMAGED.error()


def _extent(data: bytes, member: zipfile.ZipInfo) -> tuple[int, int]:
    start = member.header_offset
    try:
        fields = LOCAL_HEADER.unpack_from(data, start)
    except struct.error:
        raise DAMAGED.error() from None
    begin = start + LOCAL_HEADER.size + fields[9] + fields[10]
    end = begin + member.compress_size
    if fields[0] != b"PK\x03\x04" or start < 0 or end > len(data):
        raise DAMAGED.error()
    if data[start + LOCAL_HEADER.size :][: fields[9]] != _raw_name(member):
        raise DAMAGED.error()
    return begin, end


def _raw_name(member: zipfile.ZipInfo) -> bytes:
    return member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437")


def refuse_overlaps(data: bytes, members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes: one kernel inflated many times is a bomb."""
    end = 0
    for begin, after in sorted(_extent(data, member) for member in members):
        if begin < end:
            raise DAMAGED.error()
        end = after


def _stored(raw: memoryview) -> Iterator[bytes]:
    for start in range(0, len(raw), CHUNK):
        yield bytes(raw[start : start + CHUNK])


def _deflated(raw: memoryview) -> Iterator[bytes]:
    engine = zlib.decompressobj(-15)
    pending: bytes | memoryview = raw
    try:
        while not engine.eof:
            chunk = engine.decompress(pending, CHUNK)
            pending = engine.unconsumed_tail
            if not chunk and not pending:
                raise DAMAGED.error()
            if chunk:
                yield chunk
    except zlib.error:
        raise DAMAGED.error() from None

"""Attachments are what their name says, small enough, found again by content, and only ever downloaded."""

from __future__ import annotations

import hashlib
import struct

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from core import uploads
from core.errors import InvalidInput
from core.models import Attachment
from tests.core import hostile
from tests.factories.branches import UserFactory

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
PDF = b"%PDF-1.7\n"
MP4 = struct.pack(">I", 24) + b"ftypisom" + b"\0" * 12
DOCX = hostile.packed({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"})
PPTX = hostile.packed({"[Content_Types].xml": "<a/>", "ppt/presentation.xml": "<a/>"})
XLSX = hostile.packed(hostile.parts())


def take(name: str, content: bytes, root_id: int = 1) -> Attachment:
    return uploads.accept(SimpleUploadedFile(name, content), actor=UserFactory(), root_id=root_id)


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("现场.jpg", JPEG, "image/jpeg"),
        ("现场.JPEG", JPEG, "image/jpeg"),
        ("签到.png", PNG, "image/png"),
        ("照片.heic", struct.pack(">I", 24) + b"ftypheic" + b"\0" * 12, "image/heic"),
        ("决议.pdf", PDF, "application/pdf"),
        ("录像.mp4", MP4, "video/mp4"),
        ("录音.mp3", b"ID3" + b"\0" * 20, "audio/mpeg"),
        ("录音.m4a", struct.pack(">I", 24) + b"ftypM4A " + b"\0" * 12, "audio/mp4"),
        ("记录.docx", DOCX, f"{uploads.OFFICE}.wordprocessingml.document"),
        ("名册.xlsx", XLSX, f"{uploads.OFFICE}.spreadsheetml.sheet"),
        ("课件.pptx", PPTX, f"{uploads.OFFICE}.presentationml.presentation"),
        ("说明.txt", "学习内容".encode(), "text/plain; charset=utf-8"),
    ],
)
def test_allowed_types_are_kept(name: str, content: bytes, content_type: str) -> None:
    attachment = take(name, content)

    assert (attachment.name, attachment.size, attachment.content_type) == (name, len(content), content_type)
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()
    with attachment.file.open("rb") as stored:
        assert stored.read() == content
    assert name.rpartition(".")[0] not in attachment.file.name


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.pdf", b"", "空文件"),
        ("图.png", JPEG, "不符"),
        ("表.xlsx", DOCX, "不符"),
        ("程序.exe", b"MZ\x90", "不能上传"),
        ("改名.pdf", b"MZ\x90", "不能上传"),
        ("改名.txt", b"MZ\x90", "不能上传"),
        ("网页.txt", b"<html><script>1</script>", "不能上传"),
        ("图.svg", b"<svg onload='1'/>", "不能上传"),
        ("网页.html", b"<html>", "不能上传"),
        ("包.zip", hostile.packed({"a": "b"}), "不能上传"),
        ("旧.doc", hostile.OLE, "旧版"),
        (
            "宏.docx",
            hostile.packed({"[Content_Types].xml": "<a/>", "word/document.xml": "", "word/vbaProject.bin": ""}),
            "宏",
        ),
        ("许多.docx", hostile.packed({f"word/{n:090}": "" for n in range(9_000)}), "损坏"),
        ("半个.docx", DOCX[:40], "损坏"),
        ("无名", PDF, "不符"),
    ],
)
def test_others_are_refused_with_a_remedy(name: str, content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        take(name, content)

    assert caught.value.remedy
    assert not Attachment.objects.exists()


def test_file_above_twenty_megabytes_is_refused_by_its_size() -> None:
    uploaded = SimpleUploadedFile("a.pdf", PDF)
    uploaded.size = uploads.MAX_BYTES + 1

    with pytest.raises(InvalidInput, match="20 MB"):
        uploads.accept(uploaded, actor=None, root_id=1)


def test_file_that_came_through_the_disk_is_taken_too() -> None:
    uploaded = TemporaryUploadedFile("a.docx", "", len(DOCX), None)
    uploaded.write(DOCX)

    assert uploads.accept(uploaded, actor=None, root_id=1).size == len(DOCX)
    uploaded.close()


def test_same_photo_is_found_within_its_root_only() -> None:
    first, second = take("a.png", PNG), take("b.png", PNG)
    take("c.png", PNG, root_id=2)

    assert list(uploads.same_content(second)) == [first]
    assert first.file.name != second.file.name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\照片\\一.jpg", "一.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("", "未命名"),
        ("...", "未命名"),
        ('a"<b>|.txt', "ab.txt"),
        ("长" * 300 + ".docx", "长" * 194 + ".docx"),
    ],
)
def test_name_is_made_harmless(given: str, kept: str) -> None:
    assert uploads.safe_name(given) == kept


def test_served_as_download_that_no_browser_runs() -> None:
    response = uploads.serve(take("说明.txt", b"a"))

    assert b"".join(response.streaming_content) == b"a"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    response.close()

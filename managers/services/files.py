"""Files handed in: checked by content, size and name, kept outside the web root, opened through the check."""

import hashlib
import os
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import ClientManager, Customer, LogEntry, StoredFile, User
from managers.permissions import may, may_at
from managers.rules import uploads
from managers.services.stepping import Refusal

#: What a file about a customer needs where nothing else is named.
OF_CUSTOMERS = "view_people"
#: And one about a manager: one of these, or to be that manager.
OF_MANAGERS = ("view_people", "view_appraisals")
_OBJECTIONS = {
    "empty": gettext_lazy("文件“%(name)s”是空的；请重新选择。"),
    "too_large": gettext_lazy("文件“%(name)s”超过 10 MB；请压缩后再上传。"),
    "unknown": gettext_lazy("文件“%(name)s”不是 PDF、JPG、PNG、DOCX 或 XLSX；请换成其中一种。"),
    "misnamed": gettext_lazy("文件“%(name)s”的内容与扩展名不符；请用正确的扩展名另存后再上传。"),
}


def keep(
    upload: Any,
    *,
    by: User,
    customer: Customer | None = None,
    manager: ClientManager | None = None,
    permission: str = "",
) -> StoredFile:
    """Keep an upload (a file object with `name`, `size` and `read`) about a customer or a manager.

    The caller has checked that `by` may. Refused, with the reason, for what is empty, larger than 10 MB, or
    not what its name says. The row belongs to the caller's transaction; bytes without a row harm nobody.
    """
    name = Path(str(upload.name)).name[-200:]
    if (upload.size or 0) > uploads.MOST:
        raise Refusal(str(_OBJECTIONS["too_large"]) % {"name": name})
    content = upload.read()
    objection = uploads.objection(name, content)
    if objection:
        raise Refusal(str(_OBJECTIONS[objection]) % {"name": name})
    kind = uploads.kind_of(content[: uploads.HEAD], content)
    assert kind is not None  # nothing unknown passes the objection
    digest = hashlib.sha256(content).hexdigest()
    _write(_place(digest), content)
    return StoredFile.objects.create(
        name=name,
        media_type=kind.media_type,
        size=len(content),
        sha256=digest,
        customer=customer,
        manager=manager,
        permission=permission,
        uploaded_by=by,
    )


def opened(file: StoredFile, *, by: User, on: date) -> bytes:
    """The bytes of a file that is in the reader's sight, and a line in the log that it was read.

    PermissionDenied where it needs an action the reader may not take; Refusal where the bytes are not
    what they were.
    """
    if not _permitted(file, by=by, on=on):
        raise PermissionDenied(_("您的角色不包括查看这份文件；如确有需要，请联系安全管理员授权。"))
    content = _read(file)
    LogEntry.objects.create(by=by, action="open_file", subject=f"file:{file.pk}", detail={"name": file.name})
    return content


def _permitted(file: StoredFile, *, by: User, on: date) -> bool:
    """Whoever handed it in, who holds the permission, and the managers whose customer or work it is about.

    What is about a customer or a manager is for those who read of them there, whatever else they see.
    """
    if file.uploaded_by_id == by.pk or StoredFile.objects.own_of(by, on).filter(pk=file.pk).exists():
        return True
    if file.customer is not None:
        return may_at(by, file.permission or OF_CUSTOMERS, file.customer.branch, on=on)
    if file.permission or file.manager is None:
        return may(by, file.permission, on=on, about=file.manager)
    own = file.manager.user_id == by.pk
    return own or any(may(by, action, on=on, about=file.manager) for action in OF_MANAGERS)


def _read(file: StoredFile) -> bytes:
    try:
        content = _place(file.sha256).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Refusal(
            _("文件“%(name)s”在存储中缺失或已损坏；请联系系统管理员从备份恢复。") % {"name": file.name}
        )
    return content


def _place(digest: str) -> Path:
    return Path(settings.UPLOAD_DIR) / digest[:2] / digest


def _write(place: Path, content: bytes) -> None:
    """Whole or not at all: under another name first, on the disk before it gets its own."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    with beside.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    beside.replace(place)

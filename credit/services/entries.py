"""Entries of a credit file: added by whoever keeps it, confirmed by another, ended for a reason; logged."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from credit.models import Document, Facility, GroupLink, Guarantee, Party, Statement, Valuation
from credit.permissions import acting_for, check_edit, check_untied, own_file, reaches
from credit.rules import ratios
from ledger.rules.money import exact_amount
from managers.models import Customer, LogEntry, User
from managers.services import files, identity
from managers.services.stepping import Refusal

#: What may be ended, by the word of its address.
ENDED: Mapping[str, type[models.Model]] = {
    "party": Party,
    "link": GroupLink,
    "facility": Facility,
    "guarantee": Guarantee,
}
PERMISSION = "view_credit_file"


def add_party(customer: Customer, values: Mapping[str, Any], *, by: User, on: date) -> Party:
    """A person or firm behind the customer; identity data are sealed, Refusal where they are none."""
    given = dict(values)
    sealed = {name: given.pop(name, "") or "" for name in ("identity_no", "phone")}
    with transaction.atomic():
        _locked(customer, by, on)
        row = Party.objects.create(customer=customer, added_by=by, **given)
        try:
            identity.seal(row, {name: text for name, text in sealed.items() if text and _sealable(row, name)})
        except identity.Refused as refused:
            raise Refusal(str(refused)) from refused
        _noted(customer, by, "party", row)
    return row


def _sealable(row: Party, name: str) -> bool:
    """A firm has neither an identity card nor a phone of its own here."""
    if not row.is_person:
        raise Refusal(_("只有自然人登记身份证号和手机；单位请写在说明里。"))
    return True


def reveal(party: Party, name: str, *, by: User, on: date, reason: str, case_no: str = "") -> str:
    """One identity field of a party in plain, for a reason that is in the log first.

    By whoever may reveal identity data at the branch, or the manager who keeps the file.
    """
    customer = party.customer
    if not reaches(by, "reveal_identity", customer.branch.path, on):
        if own_file(by) is None:
            raise PermissionDenied(_("您的角色不包括查看证件号；如确有需要，请联系安全管理员授权。"))
        check_edit(by, customer, on)
    with transaction.atomic():
        subject = f"customer:{customer.customer_no}"
        return identity.opened_for(party, name, subject, by=by, on=on, reason=reason, case_no=case_no)


def add_link(customer: Customer, values: Mapping[str, Any], *, by: User, on: date) -> GroupLink:
    """Another customer that stands or falls with this one; the pair is kept once."""
    given = dict(values)
    other: Customer = given.pop("other")
    if other.pk == customer.pk:
        raise Refusal(_("不能与本户自己关联；请填写另一户的客户号。"))
    low, high = sorted((customer, other), key=lambda each: each.pk)
    with transaction.atomic():
        _locked(customer, by, on)
        if GroupLink.objects.filter(customer=low, other=high, kind=given["kind"], ended_on=None).exists():
            raise Refusal(_("这两户已登记同样的关系；无须重复登记。"))
        row = GroupLink.objects.create(customer=low, other=high, added_by=by, **given)
        _noted(customer, by, "link", row)
    return row


def add_facility(customer: Customer, values: Mapping[str, Any], *, by: User, on: date) -> Facility:
    """A limit by an approval; it counts once somebody else has confirmed it."""
    with transaction.atomic():
        _locked(customer, by, on)
        if Facility.objects.filter(customer=customer, number=values["number"]).exists():
            raise Refusal(_("批复号 %(number)s 已登记；请核对。") % {"number": values["number"]})
        row = Facility.objects.create(customer=customer, added_by=by, **values)
        _noted(customer, by, "facility", row)
    return row


def confirm_facility(pk: int, *, by: User, on: date) -> Facility:
    """A second person, tied to no manager who holds the customer, has held it against the approval."""
    with transaction.atomic():
        row = Facility.objects.select_for_update(of=("self",)).select_related("customer__branch").get(pk=pk)
        if not reaches(by, "approve_loan", row.customer.branch.path, on):
            raise PermissionDenied(_("授信额度由本机构负责人或风险部门复核；请转给他们。"))
        if row.added_by_id == by.pk:
            raise Refusal(_("登记人不能复核本人登记的额度；请由另一人复核。"))
        if row.confirmed_by_id is not None or row.ended_on is not None:
            raise Refusal(_("这项额度已复核或已终止；请刷新后查看。"))
        check_untied(by, row.customer, on)
        holder = acting_for(by, "approve_loan", row.customer, on, apart=[row.added_by_id])
        row.confirmed_by = by
        row.save(update_fields=["confirmed_by"])
        _noted(row.customer, by, "facility_confirmed", row, on_behalf_of=holder)
    return row


def add_guarantee(customer: Customer, values: Mapping[str, Any], *, by: User, on: date) -> Guarantee:
    """A guarantor, a mortgage or a pledge."""
    with transaction.atomic():
        _locked(customer, by, on)
        account = values.get("account")
        if account is not None and account.customer_id != customer.pk:
            raise Refusal(_("所选贷款不是本户的；请重新选择。"))
        row = Guarantee.objects.create(customer=customer, added_by=by, **values)
        _noted(customer, by, "guarantee", row)
    return row


def add_valuation(customer: Customer, values: Mapping[str, Any], *, by: User, on: date) -> Valuation:
    """What a mortgage or pledge was valued at; earlier valuations stay."""
    given = dict(values)
    guarantee: Guarantee = given["guarantee"]
    upload = given.pop("upload", None)
    if guarantee.customer_id != customer.pk or not guarantee.valued:
        raise Refusal(_("只有本户的抵押物、质押物需要评估；请重新选择。"))
    if given["valued_on"] > on:
        raise Refusal(_("评估日不能晚于今日；请更正。"))
    with transaction.atomic():
        _locked(customer, by, on)
        kept = files.keep(upload, by=by, customer=customer, permission=PERMISSION) if upload else None
        row = Valuation.objects.create(customer=customer, added_by=by, file=kept, **given)
        _noted(customer, by, "valuation", row)
    return row


def add_statement(customer: Customer, values: Mapping[str, Any], *, by: User, on: date) -> Statement:
    """A statement with its original; one that does not balance is refused with the difference."""
    given = dict(values)
    upload = given.pop("upload")
    items: dict[str, Decimal | None] = {code: given.get(code) for code in ratios.ITEMS}
    if given["ends_on"] > on:
        raise Refusal(_("报表截止日不能晚于今日；请更正。"))
    _refuse_unsound(items)
    with transaction.atomic():
        _locked(customer, by, on)
        kept = files.keep(upload, by=by, customer=customer, permission=PERMISSION)
        row = Statement.objects.create(customer=customer, added_by=by, file=kept, **given)
        _noted(customer, by, "statement", row)
    return row


def _refuse_unsound(items: Mapping[str, Decimal | None]) -> None:
    if all(value is None for value in items.values()):
        raise Refusal(_("请至少填写一项金额。"))
    off = ratios.imbalance(items)
    if off:
        words = {"off": exact_amount(abs(off))}
        raise Refusal(_("资产总计与负债合计加所有者权益相差 %(off)s 元；请核对原表后更正。") % words)
    for part, whole in (
        ("current_assets", "total_assets"),
        ("inventory", "current_assets"),
        ("current_liabilities", "total_liabilities"),
    ):
        one, all_of_it = items[part], items[whole]
        if one is not None and all_of_it is not None and one > all_of_it:
            names = {"part": _label(part), "whole": _label(whole)}
            raise Refusal(_("“%(part)s”大于“%(whole)s”；请核对原表后更正。") % names)


def _label(code: str) -> str:
    return str(Statement._meta.get_field(code).verbose_name)  # type: ignore[union-attr]


def add_document(customer: Customer, values: Mapping[str, Any], *, by: User, on: date) -> Document:
    """A paper of the file; of its kind the next version."""
    given = dict(values)
    upload = given.pop("upload")
    if given["dated_on"] > on:
        raise Refusal(_("出具日不能晚于今日；请更正。"))
    with transaction.atomic():
        _locked(customer, by, on)
        rows = Document.objects.filter(customer=customer, paper=given["paper"])
        version = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
        kept = files.keep(upload, by=by, customer=customer, permission=PERMISSION)
        row = Document.objects.create(customer=customer, added_by=by, file=kept, version=version, **given)
        _noted(customer, by, "document", row)
    return row


def end(customer: Customer, what: str, pk: int, *, by: User, on: date, reason: str) -> None:
    """An entry holds no longer, with the reason; it stays readable."""
    reason = reason.strip()[:200]
    if not reason:
        raise Refusal(_("请写明终止的原因。"))
    with transaction.atomic():
        _locked(customer, by, on)
        rows: Any = ENDED[what]._default_manager.select_for_update(of=("self",))
        row = rows.filter(models.Q(customer=customer) | _other(what, customer), pk=pk, ended_on=None).first()
        if row is None:
            raise Refusal(_("找不到这一项，或已经终止；请刷新后查看。"))
        row.ended_on, row.ended_by, row.end_reason = on, by, reason
        row.save(update_fields=["ended_on", "ended_by", "end_reason"])
        _noted(customer, by, f"{what}_ended", row, reason)


def _other(what: str, customer: Customer) -> models.Q:
    return models.Q(other=customer) if what == "link" else models.Q(pk__in=[])


def note_reading(customer: Customer, *, by: User, on: date) -> None:
    """Write down that somebody opened the file: once a day, and not of the own customers."""
    if own_file(by) is None or reaches(by, PERMISSION, customer.branch.path, on):
        identity.note_day(f"customer:{customer.customer_no}", by=by, on=on)


def _locked(customer: Customer, by: User, on: date) -> None:
    """The customer's row is the lock of its file; PermissionDenied for whoever does not keep it."""
    rows = Customer.objects.select_for_update(of=("self",), no_key=True).select_related("branch")
    check_edit(by, rows.get(pk=customer.pk), on)


def _noted(
    customer: Customer,
    by: User,
    what: str,
    row: models.Model,
    reason: str = "",
    on_behalf_of: User | None = None,
) -> None:
    LogEntry.objects.create(
        by=by,
        on_behalf_of=on_behalf_of,
        action="change_credit_file",
        subject=f"customer:{customer.customer_no}",
        reason=reason,
        detail={"kind": what, "number": str(row.pk)},
    )

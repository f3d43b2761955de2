"""What people enter to draft a handover: whose customers, to whom, which, from when and why."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ledger.queries.handovers import Holding
from ledger.services.handovers import Line, Part
from ledger.services.handovers.procedure import MOST_REASON
from managers.models import ClientManager, Customer

ANY = ("", _("全部"))
Choices = list[tuple[str, str]]


class ChoiceForm(forms.Form):
    """Whose customers are passed on, to whom, and which of them to show."""

    giver = forms.ChoiceField(label=_("移交人"))
    receiver = forms.MultipleChoiceField(
        label=_("接收人"), required=False, help_text=_("可选多位，各成一张移交单，一并起草。")
    )
    kind = forms.ChoiceField(label=_("客户类型"), required=False, choices=[ANY, *Customer.Kind.choices])
    q = forms.CharField(label=_("客户号或名称"), required=False, max_length=80)

    def __init__(self, *args: Any, givers: Choices, receivers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["giver"].choices = [("", _("请选择")), *givers]  # type: ignore[attr-defined]
        self.fields["receiver"].choices = receivers  # type: ignore[attr-defined]
        self.fields["receiver"].widget.attrs["size"] = str(min(max(len(receivers), 2), 6))
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def shows(self, each: Holding) -> bool:
        """Whether a customer passes the filters."""
        kind, text = self.cleaned_data.get("kind", ""), self.cleaned_data.get("q", "").strip()
        return (not kind or each.kind == kind) and (not text or text in each.customer_no + " " + each.name)


class DraftForm(forms.Form):
    """What moves of every customer ticked, from when and why."""

    effective_on = forms.DateField(
        label=_("生效日"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("移交原因"), max_length=MOST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )
    custody = forms.BooleanField(label=_("管户"), required=False)
    credit = forms.BooleanField(label=_("信贷经办"), required=False)
    liability = forms.BooleanField(label=_("旧贷款责任"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("effective_on", "reason"):
            self.fields[name].widget.attrs["class"] = "input"

    def parts(
        self, post: QueryDict, receivers: Iterable[ClientManager], holdings: Iterable[Holding]
    ) -> list[Part]:
        """What each receiver gets of the customers ticked; those who get nobody are left out."""
        chosen = list(receivers)
        held = {str(each.customer_id): each for each in holdings}
        found: dict[str, list[Line]] = {each.employee_no: [] for each in chosen}
        for pk, line in self._lines(post, held):
            to = post.get(f"to-{pk}") or (chosen[0].employee_no if chosen else "")
            if to in found:
                found[to].append(line)
        return [Part(each, found[each.employee_no]) for each in chosen if found[each.employee_no]]

    def _lines(self, post: QueryDict, held: dict[str, Holding]) -> Iterator[tuple[str, Line]]:
        given = self.cleaned_data
        for pk in post.getlist("customer"):
            if pk in held:
                yield (
                    pk,
                    Line(
                        int(pk),
                        given["custody"],
                        given["credit"],
                        given["liability"],
                        share_of(post.get(f"share-{pk}", ""), held[pk].share) if given["custody"] else None,
                        post.get(f"note-{pk}", "").strip(),
                    ),
                )


def share_of(text: str, held: Decimal) -> Decimal:
    """A share typed as a percentage; all that is held where nothing was typed, 0 where it is no number."""
    if not text.strip():
        return held
    try:
        share = Decimal(text.strip().removesuffix("%")) / 100
    except ArithmeticError:
        return Decimal(0)
    return share if share.is_finite() else Decimal(0)


def named(people: Iterable[ClientManager]) -> Choices:
    """Managers as a select offers them."""
    return [(each.employee_no, f"{each.name} {each.employee_no} · {each.branch}") for each in people]


def default_day(today: date, published: date | None) -> date:
    """The day offered first: today, or where that is out already the day after the last one begun."""
    return today if published is None or published < today else date.fromordinal(published.toordinal() + 1)

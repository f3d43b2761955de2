"""Customer and Assignment: who holds which customer, with what share, from when to when."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models.organisation import Branch
from managers.models.people import ClientManager
from managers.models.relations import in_force
from managers.models.scope import ManagerScoped, ScopedQuerySet
from managers.models.sealed import SealedText


class CustomerQuerySet(ScopedQuerySet):
    """Customers by their branch; a manager sees those ever assigned to them."""

    manager_id = "assignments__manager"


@history.kept(
    subject="customer:{customer_no}",
    left_out=("identity_index",),
    sealed=("identity_no", "phone"),
    inserts=False,
)
class Customer(models.Model):
    """A customer of the bank; its business is credited to managers through assignments."""

    class Kind(models.TextChoices):
        CORPORATE = "corporate", _("公司客户")
        PERSONAL = "personal", _("个人客户")

    customer_no = models.CharField(_("客户号"), max_length=32, unique=True)
    name = models.CharField(_("客户名称"), max_length=160)
    kind = models.CharField(_("类型"), max_length=16, choices=Kind)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="customers", verbose_name=_("机构"))

    identity_no = SealedText(_("证件号"))
    identity_index = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    phone = SealedText(_("手机"))

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("客户")
        verbose_name_plural = _("客户")
        ordering = ["customer_no"]
        indexes = [
            models.Index(
                fields=["identity_index"], name="customer_identity", condition=Q(identity_index__gt="")
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_kind_known", condition=Q(kind__in=["corporate", "personal"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AssignmentQuerySet(ManagerScoped):
    """Assignments by what was known: now, or when a given bundle was the latest."""

    def current(self) -> "AssignmentQuerySet":
        """What is known today."""
        return self.filter(superseded_by__isnull=True)

    def held_on(self, day: date) -> "AssignmentQuerySet":
        """What is held on a day by what is known today; a share of 0 is what a handover has emptied."""
        return self.current().filter(in_force(day), share__gt=0)

    def as_of(self, bundle: int) -> "AssignmentQuerySet":
        """What was known when `bundle` was the latest one loaded."""
        unreplaced = Q(superseded_by__isnull=True) | Q(superseded_by__gt=bundle)
        return self.filter(unreplaced, source_bundle__lte=bundle)


class _Validity(Func):
    """The inclusive range of days of an assignment, for the exclusion constraint."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Assignment(models.Model):
    """The share of a customer credited to a manager from `starts_on` to `ends_on`, both inclusive.

    Rows are append-only in what they say: a change writes a new row and marks the old one
    `superseded_by` the bundle that changed it, so any past figure can be taken apart as it stood.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="assignments", verbose_name=_("客户"))
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="assignments", verbose_name=_("客户经理")
    )
    share = models.DecimalField(_("归属比例"), max_digits=7, decimal_places=6)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    source_bundle = models.PositiveIntegerField(_("批次"))
    source_line = models.PositiveIntegerField(_("行"))
    superseded_by = models.PositiveIntegerField(_("被批次取代"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("归属")
        verbose_name_plural = _("归属")
        ordering = ["customer", "starts_on", "manager"]
        indexes = [
            models.Index(fields=["manager", "starts_on"], name="assignment_manager"),
            models.Index(fields=["customer", "starts_on"], name="assignment_customer"),
        ]
        constraints = [
            models.CheckConstraint(name="assignment_share", condition=Q(share__gte=0, share__lte=1)),
            models.CheckConstraint(
                name="assignment_dates", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            models.UniqueConstraint(
                name="assignment_key",
                fields=["customer", "manager", "starts_on"],
                condition=Q(superseded_by__isnull=True),
            ),
            ExclusionConstraint(
                name="assignment_no_overlap",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("manager", RangeOperators.EQUAL),
                    (_Validity("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(superseded_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.manager}"

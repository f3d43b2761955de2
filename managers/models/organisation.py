"""Branch: a node of the organisation tree, with its path for one-query subtrees."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models.scope import ScopedQuerySet


class BranchQuerySet(ScopedQuerySet):
    """Branches; a manager sees the own branch."""

    branch_path = "path"
    manager_id = "managers"


@history.kept(subject="branch:{code}")
class Branch(models.Model):
    """A unit of the bank. `path` lists the codes from the root, as in `/HO/R01/B07/`."""

    class Kind(models.TextChoices):
        HEAD_OFFICE = "head_office", _("总行")
        REGION = "region", _("区域")
        BRANCH = "branch", _("分行")
        RURAL_BANK = "rural_bank", _("村镇银行")
        OUTLET = "outlet", _("营业机构")

    code = models.CharField(_("机构号"), max_length=32, unique=True)
    name = models.CharField(_("机构名称"), max_length=120)
    kind = models.CharField(_("类型"), max_length=16, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级机构")
    )
    path = models.CharField(_("路径"), max_length=400, editable=False, default="/")

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering = ["path"]
        indexes = [models.Index(fields=["path"], name="branch_path", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(
                name="branch_kind_known",
                condition=models.Q(kind__in=["head_office", "region", "branch", "rural_bank", "outlet"]),
            ),
            models.CheckConstraint(
                name="branch_not_its_own_parent", condition=~models.Q(parent=models.F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

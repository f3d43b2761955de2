"""CustomerProduct: the prefix sums every daily average is a subtraction of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from managers.models import Customer


class CustomerProduct(models.Model):
    """From `since` on a customer holds `balance` in a bucket; all days before add up to `product_before`.

    The product (积数) of every day up to and including d is
    `product_before + balance * (d - since + 1)` of the last row with `since <= d`, so any window is
    two look-ups and a subtraction. Derived from delivered facts alone and rebuilt from them.
    The bucket `overdraft` holds what deposit accounts are below zero, as a positive amount.
    """

    OVERDRAFT = "overdraft"

    pk = models.CompositePrimaryKey("customer", "bucket", "since")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    bucket = models.CharField(_("计入"), max_length=24)
    since = models.DateField(_("起"))
    balance = models.DecimalField(_("余额"), max_digits=24, decimal_places=2)
    product_before = models.DecimalField(_("此前积数"), max_digits=32, decimal_places=2)

    class Meta:
        verbose_name = _("客户积数")
        verbose_name_plural = _("客户积数")

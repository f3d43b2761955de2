"""The loan side's part of the invariants: readings complete, nothing negative."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from ledger.models import Run
from ledger.rules import windows
from ledger.services.verification import Invariant, Result, forbidden

FORBIDDEN = (
    (
        "credit_classification",
        "interest_arrears = 'NaN' OR interest_arrears < 0",
        "account_id, business_date",
    ),
    (
        "credit_exposure",
        "'NaN' IN (non_performing, interest_arrears, advances) OR non_performing < 0"
        " OR interest_arrears < 0 OR advances < 0",
        "customer_id, since",
    ),
    (
        "credit_qualityreading",
        "'NaN' = ANY (normal_balance || loan_balance || non_performing || interest_arrears || advances)"
        " OR EXISTS (SELECT FROM unnest(normal_balance, loan_balance) AS b (normal, total)"
        " WHERE normal < 0 OR normal > total)",
        'run_id, manager_id, "window"',
    ),
)
INCOMPLETE = """
    SELECT c.business_date, c.version, count(*) || ' managers with incomplete quality readings'
    FROM (SELECT run_id, manager_id FROM ledger_reading GROUP BY run_id, manager_id) AS p
    JOIN ledger_run c ON c.id = p.run_id AND c.is_current
    LEFT JOIN LATERAL (
        SELECT count(*) AS readings FROM credit_qualityreading q
        WHERE q.run_id = p.run_id AND q.manager_id = p.manager_id
    ) AS q ON true
    WHERE q.readings <> %s
    GROUP BY c.business_date, c.version
    ORDER BY 1, 2
"""


def _readings(full: bool) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(INCOMPLETE, [len(windows.TO_DATE)])
        hits = tuple(f"{day} v{version} {what}" for day, version, what in cursor.fetchall())
    return Result(Run.objects.filter(is_current=True).count(), hits)


INVARIANTS = (
    Invariant("I07", _("已发布日终的贷款质量读数齐全"), _readings, _("请重新执行 run_nights。")),
    Invariant(
        "I11",
        _("贷款分类、敞口与质量读数无 NaN、无负数"),
        lambda full: forbidden(FORBIDDEN),
        _("请核查所列记录的来源批次，并以更正批次修正。"),
    ),
)

"""Every metric a rulebook may name: its unit, its windows, its parameters and what people call it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

RUNNING_WINDOWS = ("month", "quarter", "half_year", "year")
#: Single days: the business date, and the ends of the periods before it. `MM-DD` names any other.
DAYS = ("day", "last_month_end", "last_quarter_end", "last_year_end")
WINDOWS = (*RUNNING_WINDOWS, "previous_month", "previous_quarter", "previous_year", *DAYS)
NAMED_DAY = re.compile(r"(last_year )?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class Choice:
    """A parameter of a metric: the values it may take (none: any text) and its default ("": required).

    An ``amount`` may be a number, a dated parameter or any other operand. What is ``optional`` and not
    written is left open: the question does not carry it.
    """

    allowed: tuple[str, ...] = ()
    default: str = ""
    amount: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the catalogue; ``windows`` empty means the metric is a state on the day, not over time."""

    code: str
    unit: str
    title: str
    title_en: str
    windows: tuple[str, ...] = WINDOWS
    params: Mapping[str, Choice] = field(default_factory=dict)


#: Which kind of period a question about the own past counts; left open: of the kind being judged.
_EACH = {"each": Choice(RUNNING_WINDOWS, optional=True)}
_LAST = {"last": Choice(default="year")}

LOAN_CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
_BASE_OF_NEW = {"base": Choice(("customer", "manager"), "customer")}
_BASE_OF_CHANGE = {"base": Choice(("previous_quarter", "previous_year"), "previous_quarter")}

METRICS: Mapping[str, Metric] = {
    metric.code: metric
    for metric in (
        Metric(
            "deposit_daily_average",
            "CNY",
            "存款日均（不含协议存款）",
            "Daily-average deposits (no agreement deposits)",
        ),
        Metric("loan_daily_average", "CNY", "贷款日均", "Daily-average loans"),
        Metric(
            "largest_deposit_customer", "CNY", "最大单户存款日均", "Largest customer's daily-average deposits"
        ),
        Metric("largest_loan_customer", "CNY", "最大单户贷款日均", "Largest customer's daily-average loans"),
        Metric(
            "new_deposit_daily_average",
            "CNY",
            "新增存款日均",
            "New daily-average deposits",
            params=_BASE_OF_NEW,
        ),
        Metric("international_settlement", "USD", "国际结算额", "International settlement"),
        Metric("normal_loan_share", "ratio", "正常类贷款占比", "Share of normal-class loans"),
        Metric(
            "normal_loan_share_change",
            "ratio",
            "正常类贷款占比变动",
            "Change in the share of normal-class loans",
            params=_BASE_OF_CHANGE,
        ),
        Metric("non_performing_balance", "CNY", "后三类贷款余额", "Non-performing loan balance"),
        Metric("interest_arrears", "CNY", "欠息", "Interest arrears"),
        Metric("advances", "CNY", "垫款", "Advances"),
        Metric(
            "deposit_product_month",
            "CNY-days",
            "当月存款积数",
            "Deposit balance-days of the month",
            ("month",),
        ),
        Metric(
            "deposit_month_average", "CNY", "当月存款日均", "Daily-average deposits of the month", ("month",)
        ),
        Metric("interest_received", "CNY", "实收利息", "Interest received"),
        Metric("loans_issued", "CNY", "发放贷款", "Loans issued"),
        Metric("loans_recovered", "CNY", "收回贷款", "Loans recovered"),
        Metric(
            "class_share",
            "ratio",
            "某类贷款占比",
            "Share of a loan class",
            params={"loan_class": Choice(LOAN_CLASSES)},
        ),
        Metric(
            "class_balance",
            "CNY",
            "某类贷款余额",
            "Balance of a loan class",
            params={"loan_class": Choice(LOAN_CLASSES)},
        ),
        Metric("products_sold", "count", "产品销售件数", "Products sold", params={"product": Choice()}),
        Metric("service_months", "months", "连续营销工作月数", "Months of continuous marketing service", ()),
        Metric("certificate_valid", "flag", "岗位资格证书有效", "Certificate valid", ()),
        Metric("violations", "count", "违规违纪次数", "Violations"),
        Metric("training_passed", "flag", "培训考试合格", "Training passed"),
        Metric("special_report", "flag", "已交专题报告", "Special report handed in"),
        Metric("deposit_balance", "CNY", "存款余额", "Deposit balance"),
        Metric("loan_balance", "CNY", "贷款余额", "Loan balance"),
        Metric("customers_held", "count", "名下客户数", "Customers held"),
        Metric(
            "customers_reaching",
            "count",
            "达到金额的客户数",
            "Customers reaching an amount",
            params={"of": Choice(("deposit", "loan"), "deposit"), "reaching": Choice(amount=True)},
        ),
        Metric("event_count", "count", "事项次数", "Number of events", params={"event": Choice()}),
        Metric("event_quantity", "number", "事项数量", "Quantity of events", params={"event": Choice()}),
        Metric("target_value", "number", "计划目标", "Target of the plan", params={"metric": Choice()}),
        Metric(
            "outcome_count",
            "count",
            "历次考核结果次数",
            "Times an outcome was had",
            (),
            {"outcome": Choice(), **_LAST, **_EACH},
        ),
        Metric(
            "outcome_run", "count", "连续考核结果次数", "Times in a row", (), {"outcome": Choice(), **_EACH}
        ),
        Metric("periods_appraised", "count", "已考核期数", "Periods appraised", (), _EACH),
        Metric("last_score", "points", "上期得分", "Score of the period before", (), _EACH),
        Metric("mean_score", "points", "历次平均得分", "Mean score", (), {**_LAST, **_EACH}),
        Metric("months_employed", "months", "入行工作月数", "Months of employment", ()),
        Metric("months_in_grade", "months", "任现等级月数", "Months in the grade", ()),
    )
}


#: What is asked for without being written as a metric.
UNWRITTEN = {
    "peers_of": ("与同业相比", "Compared with peers"),
    "pay_carried": ("上期留下的余欠", "Carried from the period before"),
}


def title(code: str) -> tuple[str, str]:
    """The Chinese and English name of a metric; an unknown code names itself."""
    metric = METRICS.get(code)
    return (metric.title, metric.title_en) if metric else UNWRITTEN.get(code, (code, code))


def filled_params(code: str, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The metric's parameters with defaults filled in, sorted: what `MetricRef.params` always carries."""
    metric = METRICS.get(code)
    defaults = (
        {name: choice.default for name, choice in metric.params.items() if choice.default} if metric else {}
    )
    return tuple(sorted({**defaults, **given}.items()))


def is_window(name: str, allowed: tuple[str, ...]) -> bool:
    """Whether a metric of these windows may be taken over one of this name."""
    return name in allowed or ("day" in allowed and NAMED_DAY.fullmatch(name) is not None)

"""The people of the small bank by name, what happens to each, and everyone who may log in."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from cmbank.demo.people import Person, schooling, service

STORIES = {
    "to_be_promoted": "二级经理，存款、贷款均已达到一级标准（四选二），拟晋升。",
    "on_the_edge": "三级经理，日均存款距本级标准不足 1%，其余各项未达标，应予预警。",
    "below": "三级经理，四项业务指标明显未达本级标准，应予预警。",
    "vetoed": "一级经理，业务达标，但三季度出现欠息和活期透支垫款，一票否决。",
    "vetoed_npl": "二级经理，业务达标，但一笔贷款八月下调为次级，一票否决。",
    "undecided": "三级经理，客户自村镇银行并入，缺上年基数，新增存款无法计算，结论待定。",
    "new": "见习经理，2026 年入行，客户不多，新增存款尚未达标。",
    "transfer_giver": "一级经理，8 月 17 日移交两户客户。",
    "transfer_receiver": "二级经理，8 月 17 日接收两户客户。",
    "shared_a": "二级经理，与同事共管一户大客户，5 月 1 日起由 60% 调整为 50%。",
    "shared_b": "三级经理，与同事共管一户大客户，5 月 1 日起由 40% 调整为 50%。",
    "spike": "四级经理，季末最后两天一户存款骤增，达标全靠这笔资金，应提示风险。",
}
"""What the cast is there to show, one sentence each."""


@dataclass(frozen=True)
class DemoUser:
    """A login of the demo bank. Passwords are the caller's business."""

    username: str
    display_name: str
    role: str
    branch_code: str
    employee_no: str | None = None
    language: str = "zh-hans"


STAFF = (
    DemoUser("hr", "周慧", "branch_hr", "0100"),
    DemoUser("risk", "沈立新", "branch_risk", "0100"),
    DemoUser("risk2", "顾明远", "head_risk", "0001"),
    DemoUser("risk3", "钟毓", "head_risk", "0001"),
    DemoUser("hr2", "叶知秋", "head_hr", "0001"),
    DemoUser("leader", "韩国栋", "group_member", "0100"),
    DemoUser("outlet", "杜文清", "outlet_head", "0101"),
    DemoUser("market", "郑凯", "branch_market", "0100"),
    DemoUser("assets", "卢安", "asset_preservation", "0100"),
    DemoUser("auditor", "严正", "auditor", "0001"),
    DemoUser("ops", "马俊", "platform_admin", "0001"),
    DemoUser("security", "石磊", "security_admin", "0001"),
    DemoUser("security2", "宁静", "security_admin", "0001"),
)

# employee_no, name, username, grade, line, situation, partner, what leads
_ROSTER = (
    ("010101", "方怀瑾", "fanghj", "senior", "corporate", "keep", "", "deposit"),
    ("010102", "林晓雯", "linxw", "second", "corporate", "to_be_promoted", "", "deposit"),
    ("010103", "赵启明", "zhaoqm", "third", "corporate", "on_the_edge", "", "deposit"),
    ("010104", "孙佳怡", "sunjy", "fourth", "corporate", "keep", "", "deposit"),
    ("010105", "陆子轩", "luzx", "trainee", "corporate", "new", "", "deposit"),
    ("010201", "何振华", "hezh", "first", "corporate", "vetoed", "", "deposit"),
    ("010202", "曹慧敏", "caohm", "second", "corporate", "vetoed_npl", "", "deposit"),
    ("010203", "冯永康", "fengyk", "third", "corporate", "below", "", "deposit"),
    ("010204", "唐若曦", "tangrx", "fourth", "corporate", "spike", "", "deposit"),
    ("010205", "邓志强", "dengzq", "third", "corporate", "recovered", "", "loan"),
    ("010301", "江望舒", "jiangws", "first", "corporate", "transfer_giver", "010302", "deposit"),
    ("010302", "罗文博", "luowb", "second", "corporate", "transfer_receiver", "", "deposit"),
    ("010303", "谢知远", "xiezy", "second", "corporate", "shared_a", "010304", "deposit"),
    ("010304", "姚雨桐", "yaoyt", "third", "corporate", "shared_b", "", "deposit"),
    ("010305", "汪嘉琪", "wangjq", "fourth", "personal", "keep", "", "deposit"),
    ("010401", "段世杰", "duansj", "third", "corporate", "undecided", "", "deposit"),
    ("020101", "崔景行", "cuijx", "first", "corporate", "unclaimed", "", "deposit"),
    ("020102", "贺思远", "hesy", "second", "corporate", "inherited", "020101", "deposit"),
    ("020103", "毛诗涵", "maosh", "third", "personal", "keep", "", "deposit"),
    ("020104", "龚天佑", "gongty", "fourth", "corporate", "unclaimed", "", "deposit"),
    ("020201", "常宏伟", "changhw", "senior", "corporate", "improving", "", "settlement"),
    ("020202", "易明轩", "yimx", "first", "corporate", "keep", "", "settlement"),
    ("020203", "钱丽华", "qianlh", "third", "corporate", "keep", "", "deposit"),
    ("020204", "万欣怡", "wanxy", "trainee", "corporate", "trainee", "", "deposit"),
)


def roster(seed: int) -> Iterator[Person]:
    """The 24 managers of the small bank."""
    for number, row in enumerate(_ROSTER):
        yield _person(number, row, Random(f"{seed}/person/{number}"))  # nosec B311  # made-up data, the same again


def _person(number: int, row: tuple[str, ...], rng: Random) -> Person:
    employee_no, name, username, grade, line, situation, partner, leading = row
    hired_on, post_started_on = service(grade, rng)
    if situation == "new":
        hired_on = post_started_on = hired_on.replace(year=2026, month=2, day=24)
    education, title_level = schooling(grade, rng)
    return Person(
        employee_no=employee_no,
        name=name,
        branch_code=employee_no[:4],
        line=line,
        grade=grade,
        situation=situation,
        number=number,
        hired_on=hired_on,
        post_started_on=post_started_on,
        education=education,
        title_level=title_level,
        partner=partner,
        leading=leading,
        username=username,
    )


def players(people: Iterator[Person]) -> dict[str, Person]:
    """The cast among these people: situation to person."""
    return {person.situation: person for person in people if person.situation in STORIES}


def users(cast: dict[str, Person]) -> tuple[DemoUser, ...]:
    """The staff of the bank, and one login for every member of the cast."""
    return STAFF + tuple(
        DemoUser(person.username, person.name, "client_manager", person.branch_code, person.employee_no)
        for person in cast.values()
    )

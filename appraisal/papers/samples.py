"""One sheet of each kind about invented people: what tests, the benchmark and whoever designs look at."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from appraisal.papers.printing import Produced
from appraisal.papers.sheets import (
    AppointmentLetter,
    AppraisalForm,
    Criterion,
    DecisionNotice,
    HandoverList,
    Head,
    Item,
    Minutes,
    Moved,
    Payment,
    Points,
    Scores,
    Sheet,
    Signature,
    Standard,
    Step,
    Vote,
)

ON = date(2026, 10, 12)
PRODUCED = Produced(datetime(2026, 10, 13, 1, 30, tzinfo=UTC), "周敏（分行人力）")
WHO = "林晓燕"


def head(title: str, number: str) -> Head:
    """The head of a Chinese paper of the sample bank."""
    return Head(bank="示范银行", title=title, number=number, on=ON, language="zh-hans")


def _row(cites: str, name: str, value: str, threshold: str, outcome: str, unit: str = "元") -> Criterion:
    return Criterion(cites=cites, name=name, value=value, threshold=threshold, unit=unit, outcome=outcome)


def form() -> AppraisalForm:
    """A promotion proposed and decided."""
    standard = Standard(
        title="三级标准",
        tally="4 项中须达 1 项，已达 1 项",
        cites="第十一条二 4(1)",
        outcome="已达",
        rows=(
            _row("第十一条二 4(1)a", "a 存款日均", "40,000,000.00", "38,000,000.00", "已达"),
            _row("第十一条二 4(1)b", "b 贷款日均", "0.00", "72,000,000.00", "未达"),
            _row("第十一条二 4(1)c", "c 国际结算量", "", "5,000,000.00", "待数据", "美元"),
            _row("第十一条二 4(1)d", "d 新增存款日均", "20,000,000.00", "15,000,000.00", "已达"),
        ),
    )
    return AppraisalForm(
        head=head("客户经理考核表", "客考〔2026〕17号"),
        facts=(
            ("姓名", WHO),
            ("工号", "1003"),
            ("机构", "城东支行"),
            ("条线", "公司"),
            ("现等级", "四级客户经理"),
            ("考核期", "2026 年第三季度"),
            ("截数日", "2026-09-30"),
            ("管理办法", "公司客户经理六级标准 第 1 版"),
            ("数据依据", "日终第 1 版，批次 1"),
        ),
        why="上一级标准已达，且无一票否决事项，建议晋升一级。",
        standards=(standard,),
        others=(
            _row("第九条", "在岗最低线", "40,000,000.00", "15,000,000.00", "已达"),
            _row("第十一条二 6", "发生后三类贷款", "0.00", "", "未发生"),
        ),
        scores=(
            Scores(
                title="定性评价",
                total="86.50",
                result="良好",
                rows=(
                    Points(name="业务能力", cites="第十五条", points="34.50", full="40.00"),
                    Points(name="工作实绩", cites="第十五条", points="52.00", full="60.00"),
                ),
            ),
        ),
        payments=(
            Payment(name="季度绩效", cites="第十二条", kind="当期发放", due_on=ON, amount=Decimal("6000.00")),
        ),
        flags=("建议晋升为三级",),
        result=(("测算建议", "建议晋升 · 三级"), ("决定", "晋升 · 三级")),
        steps=(
            Step(name="开启", by="系统", at=datetime(2026, 10, 8, 1, 0, tzinfo=UTC)),
            Step(name="测算", by="系统", at=datetime(2026, 10, 8, 1, 5, tzinfo=UTC)),
            Step(name="提交风险审核", by="周敏", at=datetime(2026, 10, 9, 2, 0, tzinfo=UTC)),
            Step(name="通过", by="何平", at=datetime(2026, 10, 10, 2, 0, tzinfo=UTC)),
            Step(
                name="决定", by="江涛", at=datetime(2026, 10, 12, 2, 0, tzinfo=UTC), note="业绩稳定，同意晋升"
            ),
        ),
        signatures=(
            Signature(role="被考核人", name=WHO),
            Signature(role="人力资源部", name="周敏"),
            Signature(role="风险管理部", name="何平"),
            Signature(role="领导小组", name="江涛"),
        ),
    )


def notice() -> DecisionNotice:
    """A demotion, with the way to appeal."""
    return DecisionNotice(
        head=head("考核决定通知书", "客决〔2026〕17号"),
        addressee=f"{WHO}（工号 1003，城东支行）",
        opening="2026 年第三季度客户经理考核已经结束，现将对您的考核决定通知如下。",
        facts=(
            ("原等级", "三级客户经理"),
            ("决定", "降级"),
            ("决定后等级", "四级客户经理"),
            ("公布日", "2026-10-12"),
        ),
        grounds=("本级标准未达，建议降一级。（第十三条）",),
        appeal=("对本决定有异议的，可以向人力资源部书面申诉，写明所涉条款、认为正确的数值和证据。",),
        appeal_until=date(2026, 10, 22),
        office="人力资源部",
    )


def appointment() -> AppointmentLetter:
    """An appointment to a term of one year."""
    return AppointmentLetter(
        head=head("聘任书", "客聘〔2026〕5号"),
        addressee=WHO,
        opening="经资格认定和考核，兹聘任您为三级客户经理，聘期一年。",
        facts=(
            ("工号", "1003"),
            ("机构", "城东支行"),
            ("原等级", "四级客户经理"),
            ("聘任等级", "三级客户经理（行员 8 等）"),
            ("生效日", "2026-11-01"),
            ("聘期至", "2027-10-31"),
            ("依据", "客决〔2026〕17号"),
        ),
        follows=(
            ("费用补贴", "每月 160 元"),
            ("授权", "按三级客户经理的业务权限执行"),
            ("培训", "任职后三个月内完成信贷合规课程"),
        ),
        closing="望恪尽职守，合规展业。",
        office="人力资源部",
    )


def handover(customers: int = 60) -> HandoverList:
    """A handover of so many customers: every third keeps its credit or its liability with the giver."""
    rows = tuple(
        Moved(
            customer_no=f"C{10_000 + at}",
            name=f"江城第{at}实业有限公司",
            custody=True,
            credit=None if at % 3 == 0 else Fraction(7, 10) if at % 3 == 1 else Fraction(1),
            liability="" if at % 3 else f"借据 L{20_000 + at}",
            deposits=Decimal(1_234_567 * at) + Decimal("0.89"),
            loans=Decimal(0) if at % 3 else Decimal("5000000.00"),
        )
        for at in range(1, customers + 1)
    )
    return HandoverList(
        head=head("客户移交清单", "客移〔2026〕9号"),
        facts=(
            ("移交人", "顾海 1009（城东支行）"),
            ("接收人", "沈立 1010（城东支行）"),
            ("生效日", "2026-11-01"),
            ("余额截至", "2026-10-11"),
            ("原因", "岗位轮换"),
        ),
        rows=rows,
        remarks=("未移交的贷款责任由移交人继续承担。", "客户档案共 60 册，随清单当面点交。"),
        signatures=(
            Signature(role="移交人", name="顾海"),
            Signature(role="接收人", name="沈立"),
            Signature(role="监交人", name="周敏"),
            Signature(role="批准人", name="江涛"),
        ),
    )


def minutes() -> Minutes:
    """A meeting on two appraisals, with one member who had to withdraw."""
    votes = (
        Vote(member="江涛", vote="同意"),
        Vote(member="何平", vote="同意"),
        Vote(member="吴静", vote="反对", reason="新增存款集中于季末，建议再观察一季"),
    )
    return Minutes(
        head=head("领导小组会议纪要", "客纪〔2026〕3号"),
        facts=(
            ("时间", "2026-10-12 14:30"),
            ("地点", "总行三楼会议室"),
            ("主持人", "江涛"),
            ("记录人", "周敏"),
            ("应到", "4 人"),
            ("实到", "3 人，达到法定人数（3 人）"),
        ),
        absent=(Vote(member="林峰", vote="回避", reason="与被考核人林晓燕有亲属关系"),),
        items=(
            Item(
                title="林晓燕 2026 年第三季度考核",
                proposal="由四级晋升为三级",
                tally="同意 2 票，反对 1 票，弃权 0 票，回避 1 人",
                resolution="通过，晋升为三级客户经理。",
                votes=votes,
            ),
            Item(
                title="顾海 2026 年第三季度考核",
                proposal="维持三级",
                tally="同意 3 票，反对 0 票，弃权 0 票",
                resolution="通过，维持三级客户经理。",
                votes=tuple(replace(each, vote="同意", reason="") for each in votes),
            ),
        ),
        remarks=("会议 15:10 结束。",),
        signatures=(Signature(role="主持人", name="江涛"), Signature(role="记录人", name="周敏")),
    )


def all_sheets() -> tuple[Sheet, ...]:
    """One of each kind."""
    return form(), notice(), appointment(), handover(), minutes()

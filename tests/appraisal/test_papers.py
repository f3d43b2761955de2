"""The papers: what each kind says, on how many pages, and the digest by which a copy is checked."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pypdf
import pytest

from appraisal.papers import Produced, Sheet, digest_of, document, samples, verify

KINDS = ["form", "notice", "appointment", "handover", "minutes"]
SHEETS = dict(zip(KINDS, samples.all_sheets(), strict=True))


def pages(sheet: Sheet, produced: Produced = samples.PRODUCED) -> list[str]:
    """The text of each page, without what is white."""
    found = pypdf.PdfReader(io.BytesIO(document(sheet, produced))).pages
    return ["".join(each.extract_text().split()) for each in found]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_says_whose_it_is_when_it_was_made_for_whom_and_its_digest(kind: str) -> None:
    sheet = SHEETS[kind]
    found = pages(sheet)
    head = f"{sheet.head.bank}{sheet.head.title}{sheet.head.number}"
    assert found[0].startswith(head)
    assert ["2026年10月12日" in found[0], sheet.head.number in found[0]] == [True, True]
    made = "内部资料·本件于2026-10-1309:30为周敏（分行人力）打印"
    # A letter is its reader's to keep.
    made += "" if kind in ("notice", "appointment") else "·未归档的请于2026-11-12前销毁"
    feet = [
        f"{made}内容校验码{digest_of(sheet)}第{number}页，共{len(found)}页"
        for number in range(1, len(found) + 1)
    ]
    assert [page[-len(foot) :] for page, foot in zip(found, feet, strict=True)] == feet


@pytest.mark.parametrize(("kind", "count"), list(zip(KINDS, [2, 1, 1, 3, 1], strict=True)), ids=KINDS)
def test_every_kind_has_its_number_of_pages(kind: str, count: int) -> None:
    assert len(pages(SHEETS[kind])) == count


def lines(kind: str, *wanted: str) -> list[str]:
    """Those of the lines that the paper does not say."""
    text = "".join(pages(SHEETS[kind]))
    return [line for line in wanted if "".join(line.split()) not in text]


def test_the_form_shows_every_criterion_with_figure_line_and_outcome() -> None:
    assert (
        lines(
            "form",
            "姓名 林晓燕 工号 1003 机构 城东支行 条线 公司",
            "数据依据 日终第 1 版，批次 1",
            "上一级标准已达，且无一票否决事项，建议晋升一级。",
            "三级标准 4 项中须达 1 项，已达 1 项 第十一条二 4(1) 已达",
            "第十一条二 4(1)a a 存款日均 40,000,000.00 38,000,000.00 元 已达",
            "第十一条二 4(1)c c 国际结算量 — 5,000,000.00 美元 待数据",
            "第十一条二 6 发生后三类贷款 0.00 — 元 未发生",
            "第十五条 业务能力 34.50 40.00",
            "合计 86.50 良好",
            "第十二条 季度绩效 当期发放 2026-10-12 6,000.00",
            "测算建议 建议晋升 · 三级 决定 晋升 · 三级",
            "决定 江涛 2026-10-12 10:00 业绩稳定，同意晋升",
            "领导小组 江涛 签字： 日期：",
        )
        == []
    )


def test_the_notice_says_how_to_appeal_until_when() -> None:
    assert (
        lines(
            "notice",
            "林晓燕（工号 1003，城东支行）：",
            "原等级 三级客户经理 决定 降级 决定后等级 四级客户经理 公布日 2026-10-12",
            "本级标准未达，建议降一级。（第十三条）",
            "申诉截止日：2026-10-22",
            "人力资源部（盖章）2026年10月12日",
            "送达回执 客决〔2026〕17号",
        )
        == []
    )


def test_the_letter_says_what_follows() -> None:
    assert (
        lines(
            "appointment",
            "林晓燕：",
            "兹聘任您为三级客户经理，聘期一年。",
            "原等级 四级客户经理 聘任等级 三级客户经理（行员 8 等）",
            "费用补贴 每月 160 元",
            "望恪尽职守，合规展业。",
        )
        == []
    )


def test_the_list_keeps_custody_credit_and_liability_apart_and_repeats_its_head() -> None:
    head = "序号客户号客户名称管户业绩归属贷款责任存款余额（元）贷款余额（元）"
    assert [page.count(head) for page in pages(SHEETS["handover"])] == [1, 1, 1]
    assert (
        lines(
            "handover",
            "1 C10001 江城第1实业有限公司 移交 70% 不移交 1,234,567.89 0.00",
            "3 C10003 江城第3实业有限公司 移交 不移交 借据 L20003 3,703,701.89 5,000,000.00",
            "合计 60 户 40 户 20 户 2,259,257,663.40 100,000,000.00",
            "移交人 顾海 签字： 日期： 接收人 沈立 签字： 日期： 监交人 周敏 签字： 日期： 批准人 江涛",
        )
        == []
    )


def test_an_unknown_balance_is_no_zero_in_the_total() -> None:
    sheet = samples.handover(2)
    sheet = replace(sheet, rows=(sheet.rows[0], replace(sheet.rows[1], loans=None)))
    assert sheet.totals == (2, 2, 0, Decimal("3703702.78"), None)
    assert "合计2户2户0户3,703,702.78—" in pages(sheet)[0]


def test_the_minutes_record_every_vote_and_who_withdrew() -> None:
    assert (
        lines(
            "minutes",
            "林峰 回避 与被考核人林晓燕有亲属关系",
            "1. 林晓燕 2026 年第三季度考核 提请事项：由四级晋升为三级",
            "吴静 反对 新增存款集中于季末，建议再观察一季",
            "表决结果：同意 2 票，反对 1 票，弃权 0 票，回避 1 人",
            "决议：通过，晋升为三级客户经理。",
        )
        == []
    )


def test_the_digest_is_that_of_what_is_said_not_of_the_copy() -> None:
    sheet = samples.notice()
    later = Produced(datetime(2027, 1, 1, tzinfo=UTC), "江涛")
    assert document(sheet, samples.PRODUCED) == document(samples.notice(), samples.PRODUCED)
    assert document(sheet, samples.PRODUCED) != document(sheet, later)
    printed = digest_of(sheet)
    spaced = " ".join(printed[start : start + 8] for start in range(0, 64, 8)).upper()
    assert [verify(sheet, each) for each in (printed, spaced, printed[:-1])] == [True, True, False]
    assert not verify(replace(sheet, addressee="别人"), printed)


def test_values_that_print_alike_have_digests_of_their_own() -> None:
    sheet = samples.handover(1)
    row = sheet.rows[0]
    others = [
        replace(row, deposits=Decimal("1234567.894")),
        replace(row, credit=Fraction(70001, 100000)),
        replace(row, credit=None),
    ]
    found = {digest_of(replace(sheet, rows=(each,))) for each in (row, *others)}
    assert len(found) == 4

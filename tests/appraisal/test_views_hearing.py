"""The pages of the full procedure: draft, issue, statement, board, dossier, votes, decision and appeal."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal import services
from appraisal.models import Appraisal, Issue
from managers.models import User
from tests.appraisal import full, smallbank
from tests.appraisal.acting import Staff, find, grant, log
from tests.appraisal.full import go, to_cleared, to_published, to_scored
from tests.appraisal.pages import as_, text
from tests.appraisal.smallbank import RISING


@pytest.fixture
def staff(bank: None) -> Staff:
    return full.hire()


@pytest.fixture
def case(staff: Staff) -> Appraisal:
    return full.opened(staff)


def own(client: Client) -> dict[str, Any]:
    """The own case as the workbench shows it."""
    found: dict[str, Any] = client.get("/me/").context["appraisal"]
    return found


def test_from_the_draft_to_the_review(case: Appraisal, staff: Staff) -> None:
    rising, hr = as_(staff["rising"]), as_(staff["hr"])
    page = own(rising)
    codes = [line["code"] for sheet in page["draft"]["evidence"]["sheets"] for line in sheet["rows"]]
    assert set(codes) <= set(services.preparing.lines(case))
    assert (page["statement"]["asked"], page["statement"]["until"]) == (True, page["draft"]["until"])
    wrong = {"code": codes[0], "text": "少计一户", "expected": "4,200 万"}
    rising.post(f"/me/{case.pk}/issues/", wrong)
    said = text(rising.post(f"/me/{case.pk}/statement/", {"text": "自述"}, follow=True))
    assert "提出的数据异议尚未答复" in said and "答复之后，才能提交自述" in said
    (row,) = [
        row for row in hr.get(f"/cycles/{case.cycle_id}/").context["rows"] if row["due"]["step"] == "answer"
    ]
    assert (row["manager"].employee_no, row["due"]["text"]) == (RISING, "数据异议待答复")
    issue = Issue.objects.get()
    assert "少计一户" in text(hr.get(f"/appraisals/{case.pk}/"))
    hr.post(f"/appraisals/{case.pk}/issues/{issue.pk}/", {"accepted": "no", "answer": "该户按比例计"})
    told = own(rising)
    assert [(each["tag"]["text"], each["row"].answer) for each in told["issues"]] == [
        ("未采纳", "该户按比例计")
    ]
    assert "4,200 万" in text(rising.get("/me/"))
    rising.post(f"/me/{case.pk}/statement/", {"text": "本季新增三户。", "key": "k"})
    assert find(RISING).state == "self_stated"
    found = own(rising)
    assert (found["draft"], found["statement"]["text"]) == (None, "本季新增三户。")
    assert "本季新增三户。" in text(hr.get(f"/appraisals/{case.pk}/"))


def test_only_the_manager_speaks_for_the_manager(case: Appraisal, staff: Staff) -> None:
    line = services.preparing.lines(case)[0]
    for name in ("hr", "leader"):
        answer = as_(staff[name]).post(f"/me/{case.pk}/issues/", {"code": line, "text": "不对"})
        assert (answer.status_code, "只能由" in text(answer)) == (403, True)
    assert as_(staff["hr_west"]).post(f"/me/{case.pk}/statement/", {"text": "x"}).status_code == 404
    assert as_(staff["rising"]).get(f"/appraisals/{case.pk}/").headers["Location"] == "/me/"
    assert as_(staff["admin"]).get(f"/appraisals/{case.pk}/").status_code == 404
    empty = as_(staff["rising"]).post(f"/me/{case.pk}/issues/", {"code": line, "text": " "}, follow=True)
    assert "请写明哪里不对、依据是什么" in text(empty)


def test_the_board_says_what_each_case_waits_for_and_hr_goes_on(case: Appraisal, staff: Staff) -> None:
    hr = as_(staff["hr"])
    page = f"/cycles/{case.cycle_id}/"

    def due() -> str:
        rows = {row["manager"].employee_no: row["due"]["text"] for row in hr.get(page).context["rows"]}
        return rows[RISING]

    until = own(as_(staff["rising"]))["draft"]["until"]
    assert due() == f"待本人自述，至 {until}"
    refused = hr.post(f"/appraisals/{case.pk}/steps/skip_statement/", {"key": "k"}, follow=True)
    assert f"期限到 {until} 为止" in text(refused)
    go("state", staff["rising"], text="自述")
    assert due() == "小组评议 0 / 3 人，至少 2 人"
    assert "至少须有 2 名成员参加" in text(
        hr.post(f"/appraisals/{case.pk}/steps/finish_scores/", follow=True)
    )
    for name in ("leader", "second", "chair"):
        go("score", staff[name], points=full.POINTS)
    assert (due(), hr.get(page).context["ready"]) == (
        "待人力审查",
        {"review": 1, "submit": 0, "publish": 0, "close": 0},
    )
    assert "已完成人力审查 1 人。" in text(hr.post(f"{page}review/", {"key": "a"}, follow=True))
    assert "已提交风险审核 1 人" in text(hr.post(f"{page}submit/", {"key": "b"}, follow=True))
    risk = as_(staff["risk"])
    choices = risk.get("/queue/").context["returns_to"]
    assert [place["label"] for place in choices] == ["数据核对并重新测算", "小组重新评议", "人力重新审查"]
    back = {"choice": "evidence", "reason": "评分无依据", "to": "scores", "key": "c"}
    risk.post(f"/queue/{case.pk}/return/", back)
    assert "证据不足：评分无依据" in text(hr.get(f"/appraisals/{case.pk}/"))
    hr.post(f"/appraisals/{case.pk}/answer/", {"reason": "请重新评议", "key": "d"})
    assert (find(RISING).state, log(case)[-1][0]) == ("self_stated", "resume")
    assert "评分无依据" not in text(as_(staff["rising"]).get("/me/"))


def test_the_appeal_is_filed_and_taken_back_while_the_decision_stands(case: Appraisal, staff: Staff) -> None:
    to_published(staff)
    rising = as_(staff["rising"])
    page = own(rising)
    assert (page["result"]["outcome"], page["result"]["grade"]) == ("降级", "见习")
    assert "服务不到位" not in text(rising.get("/me/"))
    groups = [str(title) for title, _lines in page["appeal"]["form"].fields["criterion"].choices]
    assert groups[:2] == ["", "四级标准"] and groups[-1] == "否决项"
    line = services.preparing.lines(case)[0]
    half = {"criterion": line, "expected": "", "text": "漏计一户"}
    assert "申诉须写明认为应为多少" in text(rising.post(f"/me/{case.pk}/appeal/", half, follow=True))
    rising.post(f"/me/{case.pk}/appeal/", half | {"expected": "5,000 万", "key": "k"})
    shown = text(rising.get("/me/"))
    assert find(RISING).state == "appealed" and "原决定照常有效" in shown and "审理中" in shown
    assert [step["label"] for step in own(rising)["steps"]][-2:] == ["申诉", "申诉决定"]
    rising.post(f"/me/{case.pk}/appeal/withdraw/", {"key": "w"})
    told = own(rising)
    assert (find(RISING).state, told["appeal"]["form"], told["appeal"]["made"][0]["tag"]["text"]) == (
        "published",
        None,
        "已撤回",
    )


def test_the_dossier_shows_spread_votes_and_differences_to_those_who_may(
    case: Appraisal, staff: Staff
) -> None:
    go("state", staff["rising"], text="本季新增三户。")
    go("score", staff["leader"], points=full.POINTS)
    page = f"/appraisals/{case.pk}/"
    waiting, done = as_(staff["second"]).get(page).context, as_(staff["leader"]).get(page).context
    assert (waiting["hidden_scores"], waiting["spread"]) == (True, None)
    assert (done["hidden_scores"], done["spread"]["mean"], done["spread"]["count"]) == (False, "71.3", 1)
    for name in ("second", "chair"):
        go("score", staff[name], points=full.POINTS | {"results": full.POINTS["conduct"]})
    spread = as_(staff["auditor"]).get(page).context["spread"]
    assert [(row["name"], row["least"], row["mean"], row["most"]) for row in spread["rows"]] == [
        ("德", "90.0", "90.0", "90.0"),
        ("能", "80.0", "80.0", "80.0"),
        ("勤", "70.0", "70.0", "70.0"),
        ("绩", "60.0", "80.0", "90.0"),
    ]
    go("review", staff["hr"])
    go("submit", staff["hr"])
    go("clear", staff["risk"])
    for name in ("leader", "second"):
        go("decide", staff[name], outcome="demote", reason="服务不到位")
    go("publish", staff["hr"])
    line = services.preparing.lines(case)[0]
    go("appeal", staff["rising"], criterion=line, expected="5,000 万", text="漏计一户")
    go("decide", staff["chair"], outcome="keep", reason="对账单属实")
    decisions = as_(staff["auditor"]).get(page).context["decisions"]
    assert [(each["row"].number, each["counts"], len(each["votes"])) for each in decisions] == [
        (2, ["维持 1"], 1),
        (1, ["降级 2"], 2),
    ]
    assert [(line["name"], line["before"], line["after"]) for line in decisions[0]["differs"]] == [
        ("决定", "降级", "维持"),
        ("等级", "见习", "四级"),
    ]
    assert [each["why"] for each in decisions[0]["aside"]] == ["参与过原决定", "参与过原决定"]


def test_the_desk_hides_votes_until_the_own_one_and_says_who_stands_aside(
    case: Appraisal, staff: Staff
) -> None:
    from managers.models import Relation
    from tests.appraisal.acting import SINCE, manager

    to_cleared(staff)
    aside = User.objects.create(username="kin", display_name="kin")
    grant(aside, "group_member")
    Relation.objects.create(
        user=aside,
        manager=manager(RISING),
        kind="kin",
        starts_on=SINCE,
        reason="配偶",
        declared_by=staff["hr"],
    )
    leader, second, chair, kin = (
        as_(user) for user in (staff["leader"], staff["second"], staff["chair"], aside)
    )
    vote = {"outcome": "promote", "key": "k"}
    answer = text(leader.post(f"/decisions/{case.pk}/", vote, follow=True))
    assert "已记下您对 高升 的表决，待其他成员表决。" in answer
    assert [each["text"] for each in leader.get("/decisions/").context["votes"]] == ["晋升"]
    page = second.get("/decisions/").context
    assert (page["votes"], page["tally"].cast, page["tally"].needed, page["may_close"]) == ([], 1, 2, False)
    assert [(each["name"], each["why"]) for each in page["body"]["aside"]] == [("kin", "亲属")]
    assert chair.get("/decisions/").context["may_close"]
    told = kin.get("/decisions/")
    assert (
        "须回避：亲属" in text(told)
        and "投票" not in text(told).split('id="evidence"')[1].split("办理记录")[0]
    )
    assert "至少须有 2 名成员参加" in text(
        chair.post(f"/decisions/{case.pk}/close/", {"key": "e"}, follow=True)
    )
    nav = {item["label"]: item["count"] for item in second.get("/decisions/").context["shell"]["nav"]}
    assert (nav["考核决定"], nav["小组评议"], nav["回溯复核"]) == (1, 0, 0)
    assert {item["label"]: item["count"] for item in kin.get("/decisions/").context["shell"]["nav"]}[
        "考核决定"
    ] == 0
    chair.post(f"/decisions/{case.pk}/", {"outcome": "keep", "reason": "再看一季", "key": "v"})
    assert find(RISING).state == "cleared"
    closed = text(chair.post(f"/decisions/{case.pk}/close/", {"key": "c"}, follow=True))
    assert "的考核已决定，待人力资源部公布。" in closed
    assert (find(RISING).state, find(RISING).decided_outcome) == ("decided", "keep")


def test_an_appeal_waits_in_its_own_list_for_the_others(case: Appraisal, staff: Staff) -> None:
    to_published(staff)
    line = services.preparing.lines(case)[0]
    go("appeal", staff["rising"], criterion=line, expected="5,000 万", text="漏计一户，附对账单")
    leader, chair = as_(staff["leader"]), as_(staff["chair"])
    assert [row["part"]["text"] for row in leader.get("/decisions/").context["appealed"]] == [
        "须回避：参与过原决定"
    ]
    page = chair.get("/decisions/")
    assert (page.context["rows"], page.context["appealed"][0]["part"]["text"]) == ([], "待我表决")
    assert "漏计一户，附对账单" in text(page) and "原决定：降级，等级 见习。" in text(page)
    said = text(
        chair.post(f"/decisions/{case.pk}/", {"outcome": "keep", "reason": "属实", "key": "k"}, follow=True)
    )
    assert "高升 的申诉已作出决定。" in said and find(RISING).state == "closed"
    told = own(as_(staff["rising"]))
    assert (told["result"]["outcome"], told["appeal"]["made"][0]["tag"]["text"]) == ("维持", "申诉成立")


def test_scores_are_given_once_on_the_form(case: Appraisal, staff: Staff) -> None:
    leader = as_(staff["leader"])
    assert leader.get("/scoring/").context["rows"] == []
    go("state", staff["rising"], text="本季新增三户。")
    (row,) = leader.get("/scoring/").context["rows"]
    assert (row["manager"].employee_no, row["part"]["text"], row["given"], row["members"]) == (
        RISING,
        "待我评议",
        0,
        3,
    )
    page = f"/scoring/{case.pk}/"
    assert "本季新增三户。" in text(leader.get(page))
    points = {"conduct": "90", "ability": "80", "diligence": "70", "results": "101"}
    assert leader.post(page, points).context["form"].errors.keys() == {"results"}
    assert leader.post(page, points | {"results": "60"}).headers["Location"] == "/scoring/"
    assert "您已评议，每人一次" in text(leader.get(page))
    outside = as_(staff["high"])
    assert [row["part"]["text"] for row in outside.get("/scoring/").context["rows"]] == ["由其他小组办理"]
    assert outside.get(page).context["part"]["part"] == "elsewhere"
    for name in ("hr", "risk"):
        assert as_(staff[name]).get(page).status_code == 403


def test_lists_cost_the_same_for_one_case_as_for_three(case: Appraisal, staff: Staff) -> None:
    leader = as_(staff["leader"])
    to_scored(staff)
    others = [find(number) for number in (smallbank.STEADY, smallbank.STEADY_TOO, smallbank.GIVER)]

    def asked(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            leader.get(url)
        return len(captured.captured_queries)

    for number, row in enumerate(others):
        services.skip_statement(row, by=staff["hr"], on=full.AFTER)
        if not number:
            one = asked("/scoring/")
    assert asked("/scoring/") == one
    for row in others:
        for name in ("leader", "second", "chair"):
            services.score(row, points=full.POINTS, by=staff[name], on=full.TODAY)
        services.review(row, by=staff["hr"], on=full.TODAY)
        services.submit(row, by=staff["hr"], on=full.TODAY)
    for number, row in enumerate(others):
        services.clear(row, by=staff["risk"], on=full.TODAY)
        if not number:
            one = asked("/decisions/")
    assert asked("/decisions/") == one

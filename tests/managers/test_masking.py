"""Masks and forms of identity data: what shows, and that the rest never does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from managers.rules import identity, masking


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (masking.name, "张小明", "张*"),
        (masking.name, "张", "*"),
        (masking.name, "", ""),
        (masking.phone, "13812341234", "138****1234"),
        (masking.phone, "5551234", "*******"),
        (masking.identity, "110101199003071234", "110***********1234"),
        (masking.identity, "1101", "****"),
        (masking.address, "江城市城东区人民路1号", "江城市城东****"),
        (masking.address, "", ""),
        (masking.family, "配偶 李四", "****"),
        (masking.family, "", ""),
    ],
)
def test_what_shows(mask: object, text: str, shown: str) -> None:
    assert mask(text) == shown


@given(st.text(alphabet="0123456789", min_size=11, max_size=18))
@settings(max_examples=50)
def test_no_more_than_seven_characters_of_a_number_show(text: str) -> None:
    for mask in (masking.phone, masking.identity):
        assert len(mask(text).replace("*", "")) == 7
        assert mask(text).count("*") >= 4


@given(st.text(min_size=1, max_size=60).filter(lambda text: "*" not in text))
@settings(max_examples=50)
def test_at_least_half_of_anything_stays_hidden(text: str) -> None:
    for mask in (masking.name, masking.address, masking.family):
        assert len(mask(text).replace("*", "")) <= max(len(text) // 2, 1)
        assert text not in mask(text)


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("identity_no", "11010519491231002X", ""),
        ("identity_no", "110105194912310021", "identity_no"),
        ("identity_no", "11010519491231002", "identity_no"),
        ("identity_no", "１1010519491231002X", "identity_no"),
        ("phone", "13800138000", ""),
        ("phone", "+8613800138000", ""),
        ("phone", "电话", "phone"),
        ("address", "长" * 200, ""),
        ("address", "长" * 201, "too_long"),
        ("family", "长" * 501, "too_long"),
    ],
)
def test_what_is_wrong_with_a_text(field: str, text: str, code: str) -> None:
    assert identity.flaw(field, text) == code


def test_numbers_are_kept_in_one_form() -> None:
    assert identity.normal("identity_no", " 110105 19491231 002x ") == "11010519491231002X"
    assert identity.normal("phone", "138-0013-8000") == "13800138000"
    assert identity.normal("address", " 人民路 1-2 号 ") == "人民路 1-2 号"

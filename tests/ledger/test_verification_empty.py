"""The invariants on a database that holds nothing yet."""

import io
import json

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_an_empty_bank_is_clean_and_the_report_says_it_holds_nothing() -> None:
    out = io.StringIO()
    call_command("verify", "--strict", "--full", "--json", stdout=out)
    facts = json.loads(out.getvalue().strip().splitlines()[-1])
    assert (facts["status"], facts["bundles"]) == ("clean", 0)
    assert sum(each["checked"] for each in facts["invariants"] if each["id"] != "I11") == 0

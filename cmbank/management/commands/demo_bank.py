"""demo_bank [--size S] [--seed N]: a small living bank for trying out; a second time changes nothing."""

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from cmbank.demo.bank import DemoBank
from cmbank.demo.install import PASSWORD, NotEmpty, install
from ledger.edge import ReportingCommand, hand_out_messages
from managers.roles import ROLES


class Command(ReportingCommand):
    """Install the demo bank and print its logins."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """How large, and which of the many possible banks."""
        super().add_arguments(parser)
        parser.add_argument("--size", choices=["small", "medium", "large"], default="small")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Install and tell."""
        try:
            installed = install(size=options["size"], seed=options["seed"])
        except NotEmpty as stranger:
            raise CommandError(
                _("数据库里已有其他数据（%(names)s），不能再装演示银行；请使用空库，或设 DEMO=0。")
                % {"names": stranger}
            ) from None
        hand_out_messages()
        bank = installed.bank
        self.report(
            logins(bank),
            {
                "already": installed.already,
                "first": bank.first_date,
                "last": bank.last_date,
                "period": bank.period,
                "cast": dict(bank.cast),
                "users": [user.username for user in bank.users],
            },
            as_json=options["json"],
        )


def logins(bank: DemoBank) -> str:
    """Who can log in, as what, and what there is to see."""
    stories = {member.username: member.story for member in bank.members}
    rows = [
        f"  {user.username:<10} {user.display_name} · {ROLES[user.role].name}"
        f"  {stories.get(user.username, '')}".rstrip()
        for user in bank.users
    ]
    return "\n".join([_("演示银行已就绪，密码均为 %(password)s：") % {"password": PASSWORD}, *rows])

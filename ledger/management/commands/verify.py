"""verify: check the invariants of everything stored; exit 1 where one does not hold."""

import sys
from typing import Any

from django.utils.translation import gettext as _

from ledger.edge import ReportingCommand
from ledger.services import verification
from ledger.services.verification import Invariant, Result

SHOWN = 20


class Command(ReportingCommand):
    """One line an invariant, with what breaks it and what to do about it."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """How much to look at. A hit is never let pass, with --strict or without."""
        super().add_arguments(parser)
        parser.add_argument("--strict", action="store_true", help="exit 1 on any hit (always so)")
        parser.add_argument("--full", action="store_true", help="every customer and date, not a sample")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, tell, and end with 1 where anything was found."""
        results = []
        for invariant, result in verification.verify(full=options["full"]):
            results.append((invariant, result))
            self._tell(invariant, result)
        broken = [invariant.code for invariant, result in results if result.hits]
        facts = {
            "status": "broken" if broken else "clean",
            "bundles": verification.bundles_loaded(),
            "invariants": [{"id": i.code, "checked": r.checked, "hits": list(r.hits)} for i, r in results],
        }
        self.report(self._summary(broken), facts, as_json=options["json"])
        if broken:
            sys.exit(1)

    def _summary(self, broken: list[str]) -> str:
        if broken:
            return _("不变量被破坏：%(codes)s。") % {"codes": ", ".join(sorted(set(broken)))}
        return _("全部不变量成立（共 %(count)s 个数据批次）。") % {"count": verification.bundles_loaded()}

    def _tell(self, invariant: Invariant, result: Result) -> None:
        state = _("%(count)s 处不符") % {"count": len(result.hits)} if result.hits else _("正常")
        checked = _("已核 %(count)s 项") % {"count": result.checked}
        self.stdout.write(f"{invariant.code} {invariant.name}：{checked}，{state}")
        for hit in result.hits[:SHOWN]:
            self.stdout.write(f"    {hit}")
        if len(result.hits) > SHOWN:
            self.stdout.write(
                "    " + _("……其余 %(count)s 处见 --json") % {"count": len(result.hits) - SHOWN}
            )
        if result.hits:
            self.stdout.write(f"    → {invariant.remedy}")

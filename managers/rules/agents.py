"""What a browser calls itself, in two words a person can compare with the device in their hand."""

# The first that fits: everybody claims to be Mozilla, and most to be Safari.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def describe(agent: str) -> str:
    """`Chrome · Windows`; of an agent nobody knows its first word, of none nothing."""
    found = [_first(agent, _BROWSERS), _first(agent, _SYSTEMS)]
    return " · ".join(filter(None, found)) or agent.split("/", maxsplit=1)[0].strip()[:40]


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in agent), "")

"""The reference part of docs/rulebooks.md, drawn from the tables and messages of the language itself."""

import re
from collections.abc import Iterable, Iterator

from .reference_keys import SECTIONS, Key, Section
from .reference_nodes import (
    AROUND_CONDITIONS,
    CONDITION_COMMON,
    CONDITION_KEYS,
    OPERAND_COMMON,
    OPERAND_KEYS,
)
from .rules.catalogue import METRICS, WINDOWS, Choice, Metric
from .rules.comparisons import COMPARISONS
from .rules.findings import MESSAGES
from .rules.wording import NODE_OUTCOMES, OUTCOMES, WHY

KEYS_HEAD = "| 键 | 类型 | 默认 | 可写 | 含义 | Meaning |\n|---|---|---|---|---|---|"
#: Metrics that have a key of their own and are not written as ``metric``.
BY_KEY = {"event_count": 'event（counted = "times"）', "event_quantity": "event", "target_value": "target"}


def draw(document: str) -> str:
    """The document with the list of shapes and the reference between their marks drawn anew."""
    document = _between("draw_shapes", document, "\n".join(_shapes(document)))
    return _between("draw_language", document, "\n".join(_reference()))


def _between(mark: str, document: str, text: str) -> str:
    before, rest = document.split(f"<!-- {mark} -->\n", 1)
    after = rest.split(f"<!-- /{mark} -->", 1)[1]
    return f"{before}<!-- {mark} -->\n{text}\n<!-- /{mark} -->{after}"


def _shapes(document: str) -> Iterator[str]:
    """One row a shape: its number and name, where its snippets stand, the words they use."""
    yield "| 形状 | 放在 | 用到 |\n|---|---|---|"
    for part in re.split(r"^(?=#### \d+\. )", document, flags=re.M)[1:]:
        heading = part.splitlines()[0].removeprefix("#### ").replace("|", "\\|")
        body = re.split(r"^#{2,3} ", part, maxsplit=1, flags=re.M)[0]
        snippets = re.findall(r"^```toml (\S+)\n(.*?)^```", body, re.S | re.M)
        kinds = "、".join(dict.fromkeys(kind for kind, _ in snippets))
        words = [word for _, text in snippets for word in re.findall(r"\b[a-z_]+(?= = )", text)]
        used = [word for word in dict.fromkeys(words) if word in _TELLING]
        yield f"| {heading} | {kinds} | {_words(used)} |"


#: Words that tell what a snippet is about; titles, citations and the like do not.
_TELLING = {
    *OPERAND_KEYS,
    *CONDITION_KEYS,
    *("floor", "ago", "peers", "by_month", "by_branch", "by_grade", "unless", "times", "rounded", "carry"),
    *("rate", "slope", "events", "if_met", "formula", "needs", "absent", "no_less_than", "no_more_than"),
    *("result", "to", "steps", "own", "next", "entry", "veto", "deferral", "cap", "tie", "kind", "steps_of"),
} - {"metric", "op", "all", "if", "event", "target", "number"}


def _words(words: Iterable[str]) -> str:
    return "、".join(f"`{word}`" for word in words)


def _reference() -> Iterator[str]:
    yield "\n### 各部分的键\n"
    for section in SECTIONS:
        yield from _section(section)
    yield from _conditions()
    yield from _operands()
    yield from _metrics()
    yield from _meanings()
    yield from _messages()


def _section(section: Section) -> Iterator[str]:
    yield f"\n**`{section.where}`** {section.zh} · *{section.en}*\n"
    yield KEYS_HEAD
    yield from map(_key, section.keys)


def _key(key: Key) -> str:
    allowed = _words(key.allowed)
    return f"| `{key.name}` | {key.kind} | {key.default or '—'} | {allowed or '—'} | {key.zh} | {key.en} |"


def _conditions() -> Iterator[str]:
    yield "\n### 条件的键\n\n写且只写一种 · *exactly one of these*\n"
    yield KEYS_HEAD
    for keys in CONDITION_KEYS.values():
        yield from map(_key, keys)
    yield "\n任何条件都可加 · *any condition may add*\n"
    yield KEYS_HEAD
    yield from map(_key, CONDITION_COMMON)
    yield "\n条件放在下列各处，另有各自的键 · *where conditions stand, with keys of their own*\n"
    yield "| 写法 | 另有 | 含义 | Meaning |\n|---|---|---|---|"
    for around in AROUND_CONDITIONS:
        own = _words(key.name for key in around.keys) or "—"
        yield f"| `{around.where}` | {own} | {around.zh} | {around.en} |"
    yield "\n`op`\n\n| 词 | 含义 | Meaning | 几个比较值 |\n|---|---|---|---|"
    yield from (f"| `{c.symbol}` | {c.title} | {c.title_en} | {c.bounds} |" for c in COMPARISONS.values())


def _operands() -> Iterator[str]:
    yield "\n### 数的键\n\n写且只写一种 · *exactly one of these*\n"
    yield KEYS_HEAD
    for keys in OPERAND_KEYS.values():
        yield from map(_key, keys)
    yield "\n任何数都可加，依此次序 · *any figure may add, done in this order*\n"
    yield KEYS_HEAD
    yield from map(_key, OPERAND_COMMON)


def _metrics() -> Iterator[str]:
    yield "\n### 指标\n\n“全部”时段："
    yield f"{_words(WINDOWS)}，以及 `MM-DD`、`last_year MM-DD`。“—”是当日的状态，不写时段。\n"
    yield "| 代码 | 单位 | 时段 | 另写 | 含义 | Meaning |\n|---|---|---|---|---|---|"
    yield from (_metric(metric) for metric in METRICS.values())


def _metric(metric: Metric) -> str:
    windows = "全部" if metric.windows == WINDOWS else _words(metric.windows) or "—"
    params = "；".join(
        f"`{name}`：{'数' if choice.amount else _choices(choice)}" for name, choice in metric.params.items()
    )
    if metric.code in BY_KEY:
        params = f"写作 `{BY_KEY[metric.code]}`"
    cells = (f"`{metric.code}`", metric.unit, windows, params or "—", metric.title, metric.title_en)
    return f"| {' | '.join(cells)} |"


def _choices(choice: Choice) -> str:
    unwritten = "可不写" if choice.optional else f"默认 `{choice.default}`" if choice.default else "必须"
    return f"{_words(choice.allowed) or '文字'}（{unwritten}）"


def _meanings() -> Iterator[str]:
    for title, words in (("条件的答案", NODE_OUTCOMES), ("结论", OUTCOMES), ("没有数的原因", WHY)):
        yield f"\n### {title}\n\n| 代码 | 中文 | English |\n|---|---|---|"
        yield from (f"| `{code}` | {zh} | {en} |" for code, (zh, en) in words.items())


def _messages() -> Iterator[str]:
    yield "\n### 核对的话\n\n| 代码 | | 问题 | 应改成 | What | Write |\n|---|---|---|---|---|---|"
    for code, message in MESSAGES.items():
        kind = "错误" if message.severity == "error" else "提示"
        texts = (message.what, message.write, message.what_en, message.write_en)
        yield f"| `{code}` | {kind} | " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"

"""What is wrong with a text that is no TOML, in both languages: kind of fault, line and column."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Fault(NamedTuple):
    """Where reading stopped and why; ``code`` is that of the finding."""

    code: str
    line: int
    detail: str
    detail_en: str


_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
#: Kinds of fault by the words the reader of TOML has for them; {0} is what it quotes.
_KINDS: Sequence[tuple[str, str, str]] = (
    (r"Cannot declare \((.*)\) twice", "duplicate_key", "“{0}”声明了两次"),
    (r"Cannot (?:mutate|overwrite)", "duplicate_key", "这个名称前面已经写过"),
    (r"Duplicate inline table key '(.*)'", "duplicate_key", "“{0}”在同一对花括号里写了两次"),
    (r"Invalid date", "bad_date", "日期不存在或写法不对"),
    (r"Invalid statement", "not_toml", "这一行不是“键 = 值”，也不是 [名称]；键里有汉字的要加英文双引号"),
    (r"Expected newline or end of document", "not_toml", "值后面多了内容；一行只写一个“键 = 值”"),
    (r"Expected '\]\]?'", "not_toml", "方括号没有写完"),
    (r"Expected '='", "not_toml", "键的后面缺少等号"),
    (r"Invalid initial character for a key", "not_toml", "键不能以这个字符开头；含汉字或标点的键要加双引号"),
    (r"Unclosed array", "not_toml", "列表的方括号没有关上，或两项之间缺少逗号"),
    (r"Unclosed inline table", "not_toml", "花括号没有关上，或两项之间缺少逗号；花括号里的内容须写在同一行"),
    (r"Unterminated string|Expected ['\"]", "not_toml", "文字的引号没有关上"),
    (
        r"(?:Illegal|Found invalid) character '(.*)'",
        "not_toml",
        "有不能直接写的字符 {0}，或引号没有关上",
    ),
    (r"Unescaped|Invalid hex|Escaped character", "not_toml", "反斜杠写法不对；要写反斜杠本身，写两个"),
    (
        r"Invalid value",
        "not_toml",
        "等号后面的值不对；文字须加英文双引号，数字、日期不加",
    ),
    (r"digits|Exceeds", "not_toml", "数字太长"),
    (r"recursion", "not_toml", "括号嵌套太深"),
)


#: What stands where the next key within braces should begin, and what then went wrong.
_WITHIN_BRACES = {
    "\n": "花括号 { … } 里的内容须写在同一行；太长的改写成一段 [名称] 或 [[名称]]",
    "}": "最后一项后面多了逗号",
}


def _character(text: str, found: re.Match[str] | None) -> str:
    """What stands at the place where reading stopped; "" where none is told."""
    lines = text.split("\n")
    if found is None or int(found[1]) > len(lines):
        return ""
    return f"{lines[int(found[1]) - 1]}\n"[int(found[2]) - 1 :][:1]


def fault(error: Exception, text: str) -> Fault:
    """The fault behind an exception of the reader; kinds nobody has named yet get a general sentence."""
    said = str(error)
    found = _PLACE.search(said)
    line = int(found[1]) if found else text.count("\n") + 1 if "end of document" in said else 1
    place = f"第 {line} 行第 {found[2]} 列：" if found else "文件末尾：" * ("end of document" in said)
    for pattern, code, chinese in _KINDS:
        if match := re.search(pattern, said):
            quoted = match[1].strip("',").replace("', '", ".") if match.re.groups else ""
            within = _WITHIN_BRACES.get(_character(text, found), "") if "for a key" in said else ""
            return Fault(code, line, place + (within or chinese.format(quoted)), said[:200])
    return Fault("not_toml", line, f"{place}写法不对，无法读取", said[:200] or type(error).__name__)


_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def value_at(text: str, line: int) -> str:
    """What is wrong on a line, to be shown: a day no calendar has, else what follows the equals sign."""
    lines = text.split("\n")
    written = lines[line - 1] if line <= len(lines) else ""
    for found in _DATE.finditer(written):
        try:
            date(*map(int, found.groups()))
        except ValueError:
            return found[0]
    return written.partition("=")[2].strip()[:40] or written.strip()[:40]

"""Whether a page is in one language: what is left of its text once the bank's own data is taken out."""

import re

from playwright.sync_api import Page

from managers.models import Branch, ClientManager, Customer, User

# What stays Latin on a Chinese page: file and command names, codes of data, letters of items and keys.
ALLOWED = re.compile(
    r"(?<![A-Za-z])([0-9a-f]{12,}|[a-z_]+\.csv|manifest\.json|run_nights|load_extract|publish_rulebook|corporate-six-grades"
    r"|\d{4}Q[1-4]|US\$|HK\$|USD|HKD|EUR|JPY|English|PDF|v\d+|[a-dA-Z]|C0\d+)(?![A-Za-z])"
)
LATIN = re.compile(r"[A-Za-z]{2,}")
CJK = re.compile(r"[\u3400-\u9fff]+")
NUMERAL = "[一二三四五六七八九十百]"
ARTICLE = re.compile(rf"第{NUMERAL}+条{NUMERAL}*([(（]{NUMERAL}+[)）])?")


def text_of(page: Page) -> str:
    """All text of the page, folded parts, titles and labels included."""
    script = """() => {
        const told = [document.title];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) told.push(walker.currentNode.data);
        const names = ["title", "aria-label", "placeholder"];
        document.querySelectorAll("[title], [aria-label], [placeholder]").forEach(
            (each) => names.forEach((name) => told.push(each.getAttribute(name))));
        return told.join("\\n");
    }"""
    return re.sub(r"\s+", " ", str(page.evaluate(script)))


def visible_text(page: Page) -> str:
    """What is left once scripts' data is taken out."""
    page.evaluate('document.querySelectorAll("script, style, noscript").forEach((each) => each.remove())')
    return text_of(page)


def english_left(page: Page) -> list[str]:
    """Latin words on a Chinese page; logins are data of the bank."""
    logins = {
        part for name in User.objects.values_list("username", flat=True) for part in LATIN.findall(name)
    }
    return sorted(set(LATIN.findall(ALLOWED.sub(" ", visible_text(page)))) - logins)


def chinese_left(page: Page) -> list[str]:
    """Chinese on an English page that is not data of the bank: names, articles, the language's own name."""
    text = visible_text(page)
    names = [
        *ClientManager.objects.values_list("name", flat=True),
        *Branch.objects.values_list("name", flat=True),
        *Customer.objects.values_list("name", flat=True),
        *User.objects.values_list("display_name", flat=True),
        "简体中文",
    ]
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, " ")
    return sorted(set(CJK.findall(ARTICLE.sub(" ", text))))

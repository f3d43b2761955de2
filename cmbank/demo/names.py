"""Invented names: companies that do not exist, people nobody knows, places of no map."""

from random import Random

_FIRST = "恒瑞嘉宏盛华泰和信源鼎丰博远诚通汇景安康卓越腾飞金荣茂顺达启明永兴广润德隆佳禾旭东凌云维正昊天"
_SECOND = "晟川宇峰岳霖澜舟野穗桥樾钧铭辰栎淼垣岱衡桦棠骏驰帆阔焱烁珩璟翰墨朴岚汐沅沛泽浦渡畅"
_TRADES = (
    "机械制造",
    "电子科技",
    "建材",
    "纺织",
    "食品",
    "医药",
    "物流",
    "新能源",
    "化工",
    "汽车零部件",
    "包装材料",
    "进出口贸易",
    "农业科技",
    "环保工程",
    "建筑工程",
    "软件技术",
    "精密仪器",
    "冷链供应链",
    "船舶配件",
    "家居用品",
    "钢结构",
    "生物技术",
    "印务",
    "服饰",
    "粮油",
    "光电科技",
    "水务",
    "文旅发展",
)
_FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司")
_COMPANIES = len(_FIRST) * len(_SECOND) * len(_TRADES)
_STRIDE = 29_641  # coprime to _COMPANIES, so that running numbers scatter without ever meeting

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN_ONE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玲辉斌宁欣悦昕彤睿轩涵琪颖鑫楠雯晴岩坤"
_GIVEN_TWO = (
    "建国",
    "志强",
    "秀兰",
    "晓东",
    "雅琴",
    "海燕",
    "文博",
    "思远",
    "佳怡",
    "子轩",
    "梦瑶",
    "俊杰",
    "雨桐",
    "浩然",
    "晓雯",
    "启明",
    "婷婷",
    "国庆",
    "红梅",
    "立新",
    "春生",
    "丽华",
    "永康",
    "嘉琪",
    "明轩",
    "若曦",
    "世杰",
    "淑芬",
    "宏伟",
    "欣怡",
    "天佑",
    "慧敏",
    "玉珍",
    "振华",
    "诗涵",
    "景行",
    "望舒",
    "怀瑾",
    "知远",
)

PLACES = tuple(first + second for second in "江河州山阳溪湾" for first in "镜清安永宁嘉泰平")
OUTLETS = ("营业部", "城东支行", "城西支行", "城南支行", "滨河支行", "新区支行")


def city(branch_code: str) -> str:
    """The city of a branch: the first two figures of its code say which."""
    place = int(branch_code[:2])
    return PLACES[place - 3] if place > 2 else ("江城", "江城", "临江")[place]


def company(number: int, branch_code: str) -> str:
    """The name of the company with this running number; different for each number below 50,000."""
    place = number * _STRIDE % _COMPANIES
    place, trade = divmod(place, len(_TRADES))
    second, first = divmod(place, len(_FIRST))
    form = _FORMS[(number * 7 + trade) % len(_FORMS)]
    return f"{city(branch_code)}{_FIRST[first]}{_SECOND[second]}{_TRADES[trade]}{form}"


def person(rng: Random) -> str:
    """A Chinese personal name; two people may share one, as they do."""
    given = rng.choice(_GIVEN_TWO) if rng.random() < 0.65 else rng.choice(_GIVEN_ONE)
    return rng.choice(_SURNAMES) + given

"""Read language tags, and say which languages are written in which script."""

from __future__ import annotations

import re

from cleaning.metadata.language.scripts import HAN, HANGUL, KANA

UNKNOWN = "und"
# Languages that langdetect has a profile of, by script.
PROFILES = {
    "LATIN": "af ca cs cy da de en es et fi fr hr hu id it lt lv nl no pl pt ro sk sl so sq sv sw tl tr vi",
    "CYRILLIC": "bg mk ru uk",
    "ARABIC": "ar fa ur",
    "DEVANAGARI": "hi mr ne",
    "GREEK": "el",
    "HEBREW": "he",
    "BENGALI": "bn",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    HAN: "zh-cn zh-tw",
    KANA: "ja",
    HANGUL: "ko",
}
# Languages that it has none of.
OTHERS = {
    "LATIN": """
        an ast ay az bi bm br bs ceb ch co crh cv dsb ee eo eu ext fil fj fo frp fur fy ga gd gl gn gsw gv ha haw
        hmn hsb ht hz ia ie ig ilo is iu jv kab kg kl kk kr ku kw la lad lb lg li lij lmo ln lu mfe mg mh mi ms
        mt na nah nap nd nds nn nr nv ny oc om pap pcm pms qu rm rn rom rw sc scn sco se sg sm sn sr ss st su tet
        tg tk tn to tpi ts tt tum tw ty ug uz ve vec vo wa war wo xh yo zea zu
    """,
    "CYRILLIC": """
        ab az av ba be bs bxr ce cnr crh cu cv inh kbd kk kv ky lez mhr mn myv os ro rue sah sr tg tk tt tyv udm
        uz
    """,
    "ARABIC": "az bal ckb glk ha kk ks ku ky lrc ms mzn pa ps sd skr ug uz",
    "DEVANAGARI": "awa bho brx doi gom kok ks mai new sa sat sd",
    "HEBREW": "lad yi",
    "BENGALI": "as bpy mni",
    "ARMENIAN": "hy hyw",
    "CHEROKEE": "chr",
    "CANADIAN": "cr iu oj",
    "ETHIOPIC": "am gez ti tig",
    "GEORGIAN": "ka xmf",
    "KHMER": "km",
    "LAO": "lo",
    "MONGOLIAN": "mn mnc",
    "MYANMAR": "ksw mnw my shn",
    "NKO": "nqo",
    "OL": "sat",
    "ORIYA": "or",
    "SINHALA": "si",
    "SYRIAC": "arc syr",
    "THAANA": "dv",
    "TIBETAN": "bo dz",
    "TIFINAGH": "ber shi zgh",
    "YI": "ii",
    HAN: "gan hak lzh nan wuu yue",
}
# Other codes of the same languages: old ones, those of three letters, and Bokmål, which langdetect calls "no".
SAME = dict(
    pair.split(":")
    for pair in """
        nb:no iw:he in:id ji:yi mo:ro jw:jv fil:tl sh:sr cmn:zh chi:zh zho:zh ara:ar bul:bg ben:bn cat:ca ces:cs cze:cs
        cym:cy dan:da deu:de ger:de ell:el gre:el eng:en spa:es est:et fas:fa per:fa fin:fi fra:fr fre:fr guj:gu heb:he
        hin:hi hrv:hr hun:hu ind:id ita:it jpn:ja kan:kn kor:ko lit:lt lav:lv mkd:mk mac:mk mal:ml mar:mr nep:ne nld:nl
        dut:nl nor:no nob:no nno:nn pan:pa pol:pl por:pt ron:ro rum:ro rus:ru slk:sk slo:sk slv:sl som:so sqi:sq alb:sq
        swe:sv swa:sw tam:ta tel:te tha:th tgl:tl tur:tr ukr:uk urd:ur vie:vi srp:sr bos:bs kat:ka geo:ka hye:hy arm:hy
        aze:az kaz:kk kir:ky uzb:uz mon:mn bel:be msa:ms may:ms mya:my bur:my khm:km lao:lo sin:si amh:am eus:eu baq:eu
        glg:gl gle:ga isl:is ice:is mlt:mt ltz:lb epo:eo pus:ps kur:ku
    """.split()  # noqa: SIM905
)
LANGUAGE_TAG = re.compile(r"\s*([A-Za-z]{2,3})(?![A-Za-z])((?:[-_][A-Za-z0-9]{1,8})*)")
TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})  # regions and script of a Chinese tag


def parse_tag(tag: str) -> str | None:
    """Return the code of a language tag as langdetect writes it; None for a tag of no known language.

    The code has two letters, or three where there are no two; Chinese is "zh-cn" or "zh-tw".
    """
    found = LANGUAGE_TAG.match(tag)
    if found is None:
        return None
    code = found[1].lower()
    code = SAME.get(code, code)
    if code == "zh":
        rest = set(re.split("[-_]", found[2].lower()))
        return "zh-tw" if rest & TRADITIONAL and "hans" not in rest else "zh-cn"
    return code if code in HAS_PROFILE or code in _EVERY_OTHER else None


def is_written_in(code: str, script: str) -> bool:
    return code in PROFILE_CODES.get(script, ()) or code in OTHER_CODES.get(script, ())


PROFILE_CODES = {script: frozenset(codes.split()) for script, codes in PROFILES.items()}
OTHER_CODES = {script: frozenset(codes.split()) for script, codes in OTHERS.items()}
HAS_PROFILE = frozenset().union(*PROFILE_CODES.values())
_EVERY_OTHER = frozenset[str]().union(*OTHER_CODES.values())

"""Give each http(s) address one canonical form, so that the same page is requested, stored and counted once."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from w3lib.url import safe_url_string

MAX_CHARACTERS = 2_000  # characters of an address in its canonical form

# Parameters that tell where a reader came from, never which page is meant. Collected from the documentation of the
# programs that set them (advertising, newsletters, audience measurement), and from the lists of AdGuard and ClearURLs
# that courlan takes up. courlan's own pattern is not used here: it takes words like `uid`, `eid` and `gallery`, which
# name pages, for trackers. What is a trace in most addresses and an id in some is weighed in
# storage/frontier/same_pages/twin_forms.py, where a mistake does not change the address that is asked for.
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id srsltid epik mkt_tok
    mc_cid mc_eid _ga _gl _hsenc _hsmi __hstc __hssc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id
    ml_subscriber ml_subscriber_hash wt_mc wt.mc_id wt_zmc xtor cmpid icid ocid ncid smid s_cid ns_mchannel ns_source
    ns_campaign ns_linkname ns_fee at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 guccounter
    guce_referrer guce_referrer_sig ref_src ref_url referrer fb_ref fb_source fb_action_ids fb_action_types
    intcmp abcmp iref srcref tpcc itid __source
    cx_testid cx_testvariant cx_artpos __twitter_impression amp_js_v amp_gsa _openstat
    cmp ito dlvrit spm smtyp smprod sr_share mbid mtref mtrref taid ftag campaign_id emc fsrc sref traffic_source
    link_source google_editors_picks reflink gaa_at gaa_n gaa_ts gaa_sig unlocked_article_code hootpostid sc_cid s_kwcid
    dicbo oborigurl outbrainclickid tblci li_source li_medium elqtrackid elqtrack ef_id cm_mmc cm_re cm_sp trk_contact
    trk_msg trk_module trk_sid soc_src soc_trk nlid partnerid clickid rb_clickid yscl_id yslid dclickid fb_news_token
    """.split()  # noqa: SIM905 - a list of eighty quoted words reads worse
)
_TRACKING_PREFIX = re.compile(r"(?:utm|pk|mtm|matomo|piwik|hsa|itm|at|vero|oly|_bta)_")
_SESSION = re.compile(r"(?:phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|session_?id|zenid|oscsid)")
# Names with two uses: `ref=rss` is tracking, `ref=1234` a page; `sid=` is a session or, in older systems, a story.
_AMBIGUOUS = {
    "ref": re.compile(r"(?!\d+$).*"),
    "sid": re.compile(r"[0-9a-zA-Z]{16,}"),
    "s": re.compile(r"[0-9a-f]{32}"),
}
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*|/\([A-Z]\([0-9A-Za-z]{24}\)\)(?=/|$)", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DOT_SEGMENT = re.compile(r"(?<=/)(?:\.|%2[Ee]){1,2}(?=/|$)")
_NO_UTF8 = re.compile("[\udc80-\udcff]")  # bytes, as Python decodes them with "surrogateescape"
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_STRIPPED = "".join(map(chr, range(0x21)))  # C0 controls and space, which browsers strip from both ends


def to_canonical_url(url: str, base: str | None = None) -> str | None:
    """Return the canonical form of an http(s) address, or None for anything that is no such address.

    A relative `url` is resolved against `base`. The form is absolute and ASCII: lower-case scheme and host (IDNA), no
    fragment, default port, user or password; dot segments resolved; percent-escapes only where RFC 3986 needs them and
    in capitals; parameters in order of name, without tracking and session ids. A path keeps its case, its last slash
    and its "index.html"; a parameter without a value stays without. None stands for other schemes, user info, an empty
    or impossible host or port, and more than 2,000 characters. The canonical form of a canonical form is itself.
    """
    try:
        return _canonicalize(url, base)
    except ValueError:  # raised by urlsplit, IDNA and int() for what is no address
        return None


@lru_cache(maxsize=8192)
def _canonicalize(url: str, base: str | None) -> str | None:
    if len(url) > 4 * MAX_CHARACTERS:
        return None
    text = url.strip(_STRIPPED)
    absolute = urljoin(base, _replace_backslashes(text)) if base else text
    parts = urlsplit(safe_url_string(absolute))
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    authority = _normalize_authority(parts)
    if authority is None:
        return None
    path = _resolve_dot_segments(_normalize_escapes(_PATH_SESSION.sub("", parts.path)))
    query = _normalize_query(parts.query)
    canonical = f"{parts.scheme}://{authority}{path}" + (f"?{query}" if query else "")
    return canonical if len(canonical) <= MAX_CHARACTERS else None


def resolve_location(base: str, location: bytes) -> str:
    """Return the address that a redirect's Location names, as browsers resolve it. Raise ValueError if it is none.

    Without dot segments, also escaped ones: robots.txt is to be asked about the path that is meant.
    """
    text = location.decode("utf-8", "surrogateescape").strip(_STRIPPED)
    text = _NO_UTF8.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", text)
    parts = urlsplit(urljoin(base, _replace_backslashes(text)))
    if parts.scheme not in ("http", "https"):
        return parts.geturl()
    path = _DOT_SEGMENT.sub(lambda found: found[0].lower().replace("%2e", "."), parts.path)
    return parts._replace(path=_resolve_dot_segments(path)).geturl()


def _replace_backslashes(text: str) -> str:
    """Replace backslashes before the query by slashes, as browsers do; urljoin does not."""
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:end].replace("\\", "/") + text[end:]


def _normalize_authority(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").removesuffix(".")
    if ":" in host:
        # The shortest form, without the zone, which has a meaning on one machine only.
        host = f"[{IPv6Address(host.partition('%')[0])}]"
    elif not _HOST.fullmatch(host) or len(host) > 253:
        return None
    elif _NUMBER.fullmatch(host.rpartition(".")[2]):
        # A host that ends in a number is an IPv4 address or invalid; 2130706433 and 0x7f.1 are ways to hide one.
        try:
            host = str(IPv4Address(host))
        except AddressValueError:
            return None
    port = parts.port
    if port == 0:
        return None
    default = 443 if parts.scheme == "https" else 80
    return host if port in (None, default) else f"{host}:{port}"


def _normalize_escapes(text: str) -> str:
    """Write percent-escapes in one form: none for what RFC 3986 calls unreserved, capitals for the rest."""

    def normalize(found: re.Match[str]) -> str:
        letter = chr(int(found[0][1:], 16))
        return letter if letter in _UNRESERVED else found[0].upper()

    return _ESCAPE.sub(normalize, text) if "%" in text else text


def _resolve_dot_segments(path: str) -> str:
    """Return the path without dot segments (RFC 3986, 5.2.4), never empty."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _normalize_query(query: str) -> str:
    # A link that was escaped twice holds "&amp;", most often in feeds.
    pieces = (_normalize_escapes(piece) for piece in query.replace("&amp;", "&").split("&"))
    return "&".join(sorted(piece for piece in pieces if piece and not _is_tracking(piece)))


def _is_tracking(piece: str) -> bool:
    name, _, value = piece.partition("=")
    name = unquote(name).lower()
    if name in _AMBIGUOUS:
        return _AMBIGUOUS[name].fullmatch(value) is not None
    return name in _TRACKING or _TRACKING_PREFIX.match(name) is not None or _SESSION.fullmatch(name) is not None

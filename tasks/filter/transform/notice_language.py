"""The language of notices: phrases that state a right or a licence, and words that only notices are full of.

Each pattern is tied to a word that it cannot match without, so that a paragraph is searched only for what it
may hold. Phrases are matched on lower-cased text whose line ends are spaces; patterns of whole lines on
lower-cased lines; those that need a holder's capital letter on the text as written.
"""

import re
from functools import lru_cache

_YEAR = r"(?:19|20)\d\d"
_LICENCE = r"licen[sc]e"
_HOLDER = (
    r"(?:[Ii]nc|[Ll]td|LLC|[Cc]orp|[Cc]orporation|GmbH|[Cc]o|[Cc]ompany|[Ff]oundation|[Aa]uthors?|[Cc]ontributors?"
    r"|[Dd]evelopers|[Tt]eam|[Pp]roject|[Uu]niversity|[Rr]egents|[Ii]nstitute|[Ll]aborator(?:y|ies)|[Cc]onsortium"
    r"|[Gg]roup|[Aa]ssociation|[Ss]ystems|[Ss]oftware|[Ll]imited|S\.A|AG|BV)"
)

_PHRASES = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        (
            "copyright",
            rf"copyright\b[\s:,*|-]{{0,6}}(?:\(c\)|©|&copy;|&#169;|\[?{_YEAR}|\(?[x\d]{{2,4}}\)|by\b|held by|is held"
            r"|owned by|assigned to|@?\s?\d{4}|\$|\\?@)",
        ),
        ("copyright", r"[\\@:]copyright\b|the above copyright notice"),
        ("copyleft", r"copyleft\s*[(\d©]"),
        ("copr.", r"\bcopr\.\s"),
        ("(c)", rf"\(c\)\s{{0,3}}(?:copyright|{_YEAR}|[\w.,&'<>@ -]{{1,60}}?\b(?:{_YEAR}|all rights))"),
        ("©", rf"©\s{{0,3}}(?:copyright|{_YEAR}|[\w.,&'<>@ -]{{1,60}}?\b(?:{_YEAR}|all rights))"),
        ("&copy;", r"&copy;"),
        ("spdx-", r"spdx-[a-z]+(?:-[a-z]+)*\s*:"),
        ("reserved", r"\ball (?:rights|wrongs) (?:are )?reserved\b"),
        ("licen", r"\b(?:re|dual-)?licen[sc]ed (?:under|to|materials|for)\b"),
        ("under", rf"\bunder (?:the|an?) [\w.,+()/ -]{{1,40}}?\b{_LICENCE}\b"),
        (
            "under",
            r"\b(?:released|distributed|published|available|provided|covered|offered|is) (?:\w+ ){0,3}"
            r"under (?:\w+ ){0,4}?(?:terms|conditions|a?l?gpl|mit|bsd|isc|cc0|mpl|wtfpl)\b",
        ),
        ("under the", r"\bunder the (?:same )?(?:terms|conditions) (?:of|as|and)\b"),
        ("under section", r"\bunder section 7 of\b"),
        ("subject to", r"\bsubject to the (?:following|terms|licen[sc]e)\b"),
        (
            "permission",
            r"\bpermission (?:is (?:hereby |freely )?granted|to (?:use|copy|modify|distribute|freely))\b",
        ),
        ("redistribution", r"\bredistribution(?: and use|s (?:of|in))\b"),
        ("free software", r"\bis free software\b|\bfree software[;,:] you can\b"),
        (
            "public domain",
            r"\b(?:is|placed|released|dedicated|put) (?:hereby )?(?:in|into|to) the public domain\b",
        ),
        ("governed by", r"\bgoverned by\b.{0,60}\b(?:licen[sc]e|agreement|terms)\b"),
        ("may not use", r"\bmay not use this file except\b"),
        (
            "this ",
            r"\bthis (?:file|program|source|source code|code|software|work|module|package|library|script) is "
            r"(?:licen[sc]ed|copyright(?:ed)?|copyleft|proprietary|confidential|subject|covered|protected)\b",
        ),
        ("received a copy", r"\byou should have received a copy of\b"),
        ("warrant", r"\bwithout (?:even the implied warrant|any warrant|warrant)"),
        ("in no event", r"\bin no event (?:shall|will)\b"),
        ("neither the name", r"\bneither the names? of\b"),
        ("is provided", r"\bis provided\b.{0,60}[\"'“`]{0,2}as[- ]is\b"),
        ("distributed", r"\bdistributed (?:in the hope|on an [\"'“`]{0,2}as[- ]is)\b"),
        ("required by", r"\bunless required by applicable law\b"),
        ("original code", r"\bthe original code is\b"),
        ("initial developer", r"\binitial developer of the\b"),
        ("except as contained", r"\bexcept as contained in this notice\b"),
        ("representation", r"\bmakes? no representations?\b"),
        ("licen", r"\b(?:begin|end) licen[sc]e block\b|\bfor licen[sc]e information\b"),
        ("licen", r"[|]\s*(?:mit|bsd|apache)\b[\w .-]{0,20}\blicen[sc]e"),
        ("licen", rf"\bsee\b.{{0,60}}\b{_LICENCE}(?:\.\w+)? (?:file )?for\b"),
        (
            "see ",
            r"\bsee (?:the )?(?:accompanying |attached |included |top-level )?(?:file )?[\"'`]?"
            rf"(?:{_LICENCE}|copying|copyright|notice)"
            r"(?:\.\w+)?(?: file|[\"'`]|\b)(?: file)? (?:file )?(?:for|in|at|distributed|accompanying|that)\b",
        ),
        ("licen", r"\bnot subject to any licen[sc]e\b|\blicen[sc]e is (?:mit|bsd|apache|[al]?gpl|mpl|isc)\b"),
        ("licen", r"(?<!\w)[@:\\]licen[sc]e\b"),
        ("confidential", r"\bproprietary and confidential\b|\bconfidential and proprietary\b"),
        ("unpublished", r"\bunpublished rights\b"),
    )
)
_LINES = tuple(
    (word, re.compile(pattern, re.MULTILINE))
    for word, pattern in (
        ("licen", r"^\W{0,4}(?:@|\\|:)?licen[sc]e(?:\s+\d)?\s*:\s*\S"),
        ("licen", r"^\W{0,4}licen[sc]e\s+(?:[al]?gpl|mit|bsd|apache|isc|mpl|cc)\b"),
        (
            "licen",
            r"^\W*(?:the )?(?:mit|x11|isc|zlib|apache|bsd|gnu|[al]?gpl|mpl|mozilla|boost|eclipse|academic|cc"
            r"|creative|new bsd|modified|simplified|\d-clause)\b[\w .,/\"-]{0,50}\blicen[sc]e\b"
            r"(?: \([\w .-]+\))?[\w .,-]{0,20}$",
        ),
        ("public domain", r"^\W*public domain\b"),
    )
)
_HOLDERS = (
    re.compile(
        rf"(?:\bCopyright|\bCOPYRIGHT|©|\([Cc]\))\s+(?:[Tt]he\s+)?[A-Z][\w.&-]*(?:[ ,]+[\w.&'-]+){{0,7}}?"
        rf"(?:[ ,]+{_HOLDER}\b|\s*<?[\w.-]+@|\s*,?\s*{_YEAR})"
    ),
    re.compile(r"^\W{0,4}(?:[Cc]opyrights?|COPYRIGHT)\s*:\s*[A-Z©(\d]", re.MULTILINE),
    re.compile(r"\bCopyright (?:the )?(?:contributors|authors|holders?)\b"),
    re.compile(
        r"^\W{0,4}(?:[Cc]opyright|COPYRIGHT|\([Cc]\)|©)[\s:]{1,4}[A-Z][\w.'-]+"
        r"(?:[ ,&]{1,3}(?:and |de |van |von )?[A-Z][\w.'-]*){0,5}(?:[.]?$|\s+(?:--|[|]))",
        re.MULTILINE,
    ),
)
_LEGAL_WORDS = re.compile(
    r"""licen[sc](?:e|es|ed|or|ing)\b | warrant | \bliab(?:le|ility) | \bredistribut | \bdisclaim | copyright
    | merchantab | free\ software\ foundation | \bpermission | \bgnu\b | \brights\b | \bterms\ (?:of|and)\b
    | \bnotice\b | misrepresent | altered\ source | plainly\ marked | \backnowledg | advertising\ material
    | \bendors | temple\ place | franklin\ st | mass\ ave | \blaw\b | \bdamages\b | intellectual\ property
    | \bpatent | \btrademark | \bproprietary | \bconfidential | public\ domain | gnu\.org | opensource\.org
    | apache\.org | \bfsf\b | \bconditions\b | \bthis\ file\ is\ part\ of\b | fitness\ for\b | \bpart\ of\ the\b
    | \bwhatsoever\b | any\ later\ version\b | \b[al]?gpl\b | \bdistribut(?:ed|ion)\b | \bgranted\b""",
    re.VERBOSE,
)
_TALK_BEFORE = re.compile(
    r"""(?:["'`“‘(]\ ? | \b(?:such\ as|like|e\.?g\.?|adds?|adding|checks?|inserts?|updates?|prints?|shows?|parses?
      |finds?|detects?|removes?|strips?|replaces?|match(?:es)?|contains?|containing|starts?\ with|begins?\ with
      |missing|has|have|having|the|an?|of|for|every|each|whether|if|any|into|from|no|your|with|our|its|about|this
      |old|new|generates?|writes?|reads?)\s)[\s"'`“‘(]*\Z""",
    re.VERBOSE,
)
_TELLTALE = (
    "copyright", "licen", "(c)", "©", "reserved", "permission", "redistribut", "public domain", "&copy", "spdx",
    "copyleft", "copr.", "warrant", "free software", "confidential", "under the terms",
)  # fmt: skip

Range = tuple[int, int]


def may_hold_notice(comment: str) -> bool:
    """Whether the comment holds any word that a notice has; cheap, and never wrong when False."""
    lowered = comment.lower()
    return any(word in lowered for word in _TELLTALE)


@lru_cache(maxsize=4096)
def legal_evidence(paragraph: str) -> tuple[list[Range], list[Range]]:
    """The ranges of statements, and those of legal words. Licences repeat, hence the cache."""
    lines = paragraph.lower()
    if len(lines) != len(paragraph):
        lines = paragraph.replace("\u0130", "i").lower()
    flat = lines.replace("\n", " ")
    stated = [m for word, pattern in _PHRASES if word in flat for m in pattern.finditer(flat)]
    stated += [m for word, pattern in _LINES if word in flat for m in pattern.finditer(lines)]
    if "copyright" in flat or "(c)" in flat or "©" in flat:
        stated += [m for pattern in _HOLDERS for m in pattern.finditer(paragraph)]
    ranges = sorted(m.span() for m in stated if not _is_talk(lines, m.start()))
    return ranges, [m.span() for m in _LEGAL_WORDS.finditer(flat)]


def _is_talk(lines: str, start: int) -> bool:
    """Whether the statement is quoted, or the object of a sentence about notices."""
    farthest = max(0, start - 80)
    before = lines[lines.rfind("\n", farthest, start) + 1 or farthest : start].rstrip()
    return bool(_TALK_BEFORE.search(before.removesuffix("copyright") + " "))

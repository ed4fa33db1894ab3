"""Facts about domain names: which endings exist, which names are reserved and which belong to no person.

Country codes are ISO 3166 as delegated by IANA; of the generic endings those that mail is really sent to.
Endings that are also common file suffixes count only below a second-level name such as `.com.py`.
"""

_COUNTRY = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc
cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga
gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp
ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc me mg mh mk ml mm mn mo mp mq mr ms mt
mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr pt pw qa re ro rs ru rw
sa sb sc sd se sg si sk sl sm sn sr ss st su sv sx sy sz tc td tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk
us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
"""
_GENERIC = """
com org net edu gov mil int info biz pro aero coop museum jobs mobi travel tel cat asia post xxx
academy agency ai app art bank berlin bio blog build business cafe capital care careers center chat church city
cloud club codes coffee community company computer consulting contact cool copenhagen design dev digital
directory earth education email energy engineer engineering enterprises events expert express family farm fashion
film finance foundation fund fyi gallery games gmbh global gold graphics group guide guru hamburg health help
hospital host hosting house immo inc industries ink institute international koeln land law legal life live llc
london ltd ltda management market marketing media moe money network news ngo ninja nyc one ong online page paris
partners photo photography plus press productions pub red rest rocks ruhr saarland sale school science scot
security services sexy shop site social software solutions space store stream studio supply support swiss
systems tax team tech technology tirol today tokyo tools top town trade training university ventures video vip
vote wales website wien wiki win work works world wtf xyz yoga zone
"""
TOP_LEVEL = frozenset((_COUNTRY + _GENERIC).split())

_FILE_SUFFIXES_NEVER_MAIL = frozenset(["md", "mk", "ps", "py", "sh", "so", "tf"])
_SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gob", "gov", "mil", "net", "org"])
_RESERVED_TOP_LEVEL = frozenset(["example", "test", "invalid", "localhost", "local", "localdomain"])
_PROTOCOL_NAMES = frozenset(("openssh.com", "libssh.org", "ssh.com", "lysator.liu.se"))
"""RFC 4251 puts a domain into the names of private algorithms, such as `zlib@openssh.com`."""


def is_mail_domain(labels: list[str]) -> bool:
    """Whether mail could be sent there: at least two labels, lower case, ending in a name that exists."""
    if len(labels) < 2:
        return False
    top = labels[-1]
    if top in _FILE_SUFFIXES_NEVER_MAIL:
        return len(labels) > 2 and labels[-2] in _SECOND_LEVEL
    return top in TOP_LEVEL or top.startswith("xn--")


def is_reserved(labels: list[str]) -> bool:
    """Whether the name is set aside for documentation (RFC 2606), taken with `example` below any ending."""
    if labels[-1] in _RESERVED_TOP_LEVEL:
        return True
    below = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 2
    return len(labels) >= below and labels[-below] == "example"


def names_algorithm(local: str, domain: str) -> bool:
    """Whether `local@domain` is the name of a Secure Shell algorithm and no address."""
    if domain not in _PROTOCOL_NAMES:
        return False
    return any(part in local for part in ("-", "zlib", "auth", "statvfs", "rijndael", "eow", "umac"))

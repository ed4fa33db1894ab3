"""IP addresses: what is found, and versions, sections, masks, times and scopes that stay."""

import pytest
from marked_text import marked

from models.transform import TransformConfig
from tasks.filter.transform import address
from tasks.filter.transform.redact import redact

FOUND = [
    ("python", 'HOST = "⟦25.61.7.142⟧"\n'),
    ("python", 's.connect(("⟦11.9.80.3⟧", 8080))\n'),
    ("shell", "ssh root@⟦25.4.9.12⟧ 'uptime'\n"),
    ("shell", "iptables -A INPUT -s ⟦11.22.33.44⟧/32 -j DROP\n"),
    ("nginx", "upstream app { server ⟦25.10.0.9⟧:8080; }\n"),
    ("yaml", "peers: [⟦25.13.1.7⟧, ⟦11.200.3.4⟧]\n"),
    ("json", '{"ip": "⟦25.8.8.9⟧", "port": 53}\n'),
    ("text", '⟦25.77.3.1⟧ - - [10/Oct/2020:13:55:36] "GET / HTTP/1.1" 200\n'),
    ("text", "⟦25.100.9.2⟧    db01.internal\n"),
    ("go", 'url := "http://⟦25.91.33.20⟧:9000/api"\n'),
    ("c", "/* gateway is ⟦11.3.3.1⟧. */\nint x;\n"),
    ("sql", "INSERT INTO logins VALUES ('⟦25.240.1.99⟧', now());\n"),
    ("javascript", "const dns = ['⟦25.9.9.10⟧'];\n"),
    ("java", 'System.out.println("/⟦25.1.200.7⟧:443");\n'),
    ("python", 'log("lost\\n⟦25.2.30.4⟧")\n'),
    ("text", "range ⟦25.6.0.10⟧-⟦25.6.0.99⟧ is blocked by the firewall\n"),
    ("nginx", "allow ⟦2c0f:fa11:ab1e::21⟧;\n"),
    ("python", 'ADDR = "⟦2a0e:b107:27f9:0:0:0:0:5⟧"\n'),
    ("go", 'l := "[⟦2607:f0d0:1002:51::4⟧]:443"\n'),
    ("text", "route add ⟦2400:cb00:71::⟧/48 via eth0\n"),
    ("text", "peer ::ffff:10.1.2.3 and ⟦::ffff:25.17.2.3⟧\n"),
    ("ini", "dns = ⟦2c0f:fa11::53⟧%eth0\n"),
    ("toml", 'bind = "⟦25.55.1.2⟧"\nversion = "1.20.3.4"\n'),
]
KEPT = [
    ("python", '__version__ = "11.22.33.44"\n'),
    ("json", '{"name": "x", "version": "10.4.120.2"}\n'),
    ("text", "Upgrade from 2.6.31.9 to 3.14.15.92 now\n"),
    ("text", "pip install foo==1.2.3.4 bar>=2.10.30.101\n"),
    ("text", "see section 4.2.11.7 and table 12.1.1.3\n"),
    ("markdown", "## 3.11.0.2 (2021-02-03)\n\n* fixes\n"),
    ("shell", "wget https://x-notreal.org/download/10.2.33.150/foo-10.2.33.150.tar.gz\n"),
    ("shell", "tar xf lib-25.1.2.3.tgz && cd app_25.1.2.3\n"),
    ("text", "v25.1.2.3 and V11.2.3.4 and r25.1.2.3\n"),
    ("csharp", '[assembly: AssemblyVersion("1.0.0.0")]\n[assembly: AssemblyFileVersion("25.3.1.200")]\n'),
    ("python", 'OID = "1.3.6.1.4.1.311.2"\nX = ObjectIdentifier("2.5.29.150")\n'),
    ("text", "127.0.0.1 0.0.0.0 255.255.255.255 255.255.255.0 255.255.240.0\n"),
    ("text", "hosts 192.0.2.7 198.51.100.9 203.0.113.77 and 169.254.1.1\n"),
    ("yaml", "subnets: [10.0.0.0/8, 172.16.4.1, 192.168.1.10, 100.64.0.1]\n"),
    ("c", 'const char *bad = "300.12.999.1", *odd = "25.01.2.3", *more = "25.1.2.3.4";\n'),
    ("cpp", "std::vector<abc::def> a; ::dead::beef(x); auto t = 12:34:56;\n"),
    ("text", "mac de:ad:be:ef:00:01 wwn 50:06:01:60:3b:a0:11:22\n"),
    ("text", "fp 1f:2e:3d:4c:5b:6a:79:88:97:a6:b5:c4:d3:e2:f1:00\n"),
    ("text", "::1 :: fe80::1 ff02::1 2001:db8::1 fd00:12::7 [::]:80\n"),
    ("ruby", "A::B.new; Face::Cafe; x = a ?b::c\n"),
    ("text", "8.8.8.8 and 1.1.1.1 answer\n"),
    ("python", "x[1:2:3], y[::2], z[a::-1]\n"),
    ("text", "10:20:30 25:61:71 1:2:3:4:5:6:7:8\n"),
    ("html", "User-Agent: Chrome/25.0.13.99 Safari/11.3.4.100\n"),
]


@pytest.mark.parametrize(("language", "text"), FOUND)
def test_ip_address_is_replaced_exactly(language: str, text: str) -> None:
    plain, ranges = marked(text)
    assert [(s.start, s.end) for s in redact(plain, language, TransformConfig()).spans] == ranges


@pytest.mark.parametrize(("language", "text"), KEPT)
def test_what_only_looks_like_an_ip_address_stays(language: str, text: str) -> None:
    assert [text[s.start : s.end] for s in redact(text, language, TransformConfig()).spans] == []


def test_private_use_of_the_finder_returns_port_free_spans() -> None:
    assert [(s.start, s.end) for s in address.find_addresses("x 25.1.2.200:80")] == [(2, 12)]

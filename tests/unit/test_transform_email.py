"""E-mail addresses: what is found in every kind of file, and what only looks like an address."""

import pytest
from marked_text import marked

from models.transform import TransformConfig
from tasks.filter.transform.redact import redact

FOUND = [
    ("python", 'AUTHOR = "Lena Ohm <⟦lena.ohm@brightfen-notreal.org⟧>"\n'),
    ("c", "/* fixed by ⟦j_doe+patches@kernel-notreal.co.uk⟧ in 2019 */\nint x;\n"),
    ("markdown", "[mail](mailto:⟦team@lowland-notreal.eu⟧) me\n"),
    ("html", '<a href="mailto:⟦sales@shop-notreal.de⟧?subject=Hi">write</a>\n'),
    ("yaml", "maintainers:\n  - name: Ann\n    email: ⟦ann@fenwick-notreal.io⟧\n"),
    ("json", '{"author": "Bo Li <⟦bo.li@wharf-notreal.cn⟧> (https://wharf-notreal.cn)"}\n'),
    ("perl", 'my $to = "⟦kim\\@mailhub-notreal.com⟧";\n'),
    ("texinfo", "@author Joe (⟦joe@@pad-notreal.org⟧)\n"),
    ("java", " * @author <a href='mailto:⟦r.stone@quarry-notreal.com⟧'>R. Stone</a>\n"),
    ("sql", "INSERT INTO users VALUES (1, '⟦carla.m@flora-notreal.it⟧');\n"),
    ("shell", "git config user.email ⟦dev@harbour-notreal.net⟧\n"),
    ("python", 'text = "Hello\\n⟦zoe@nordic-notreal.se⟧\\n"\n'),
    ("html", "write to ⟦info&#64;hidden-notreal.at⟧ now\n"),
    ("text", "Reply-To: ⟦o'neill@clover-notreal.ie⟧\n"),
    ("go", "// TODO(⟦pete@gopher-notreal.dev⟧): tidy\n"),
    ("text", "x%3C⟦dora@river-notreal.com⟧%3E"),
    ("css", "/* ⟦DESIGN@Studio-NotReal.COM⟧. All colours. */\n.a { color: red; }\n"),
    ("r", "# contact: ⟦stat@plot-notreal.org⟧\nx <- obj@data.io\n"),
    ("text", "id ⟦123456@qq-notreal.com⟧"),
    ("dockerfile", 'LABEL maintainer="⟦ops@container-notreal.app⟧"\n'),
]
KEPT = [
    ("python", "@app.route('/x')\ndef f(a, b):\n    return a @ b.T\n"),
    ("python", "y = x@w.to(device)\nz = q@self.key.me(1)\n"),
    ("shell", "git clone git@github.com:team/app.git\n"),
    ("shell", "git remote add origin ssh://git@code-notreal.org:2222/team/app.git\n"),
    ("shell", "scp out.tgz deploy@web.prod-notreal.com:/srv/out\n"),
    ("json", '{"dependencies": {"@babel/core": "^7.0.0", "left": "npm:left@1.3.0"}}\n'),
    ("text", "lodash@4.17.21 and react@18.2.0-rc.1\n"),
    ("css", ".logo { background: url(img/logo@2x.png); }\n"),
    ("html", '<img srcset="hero@3x.webp 3x">\n'),
    ("python", 'PATTERN = r"[\\w.]+@[\\w.]+"\n'),
    ("text", "bob@example.com, al@mail.example.org, x@site.test, y@host.invalid, z@my.localhost\n"),
    ("text", "mail user@example.co.uk or root@localhost.localdomain\n"),
    ("c", "Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com\n"),
    ("kotlin", "return this@MainActivity.show\n"),
    ("ruby", "@user.name = @other.email\n"),
    ("text", "https://alice:s@host/ and https://bob@build-notreal.com/path\n"),
    ("java", "{@link Foo#bar} @Override public void x() {}\n"),
    ("text", "getty@tty1.service foo@.bar @mention.com\n"),
    ("yaml", "uses: actions/checkout@v3.5.2\n"),
    ("r", "value <- object@meta.info\n"),
]


@pytest.mark.parametrize(("language", "text"), FOUND)
def test_email_address_is_replaced_exactly(language: str, text: str) -> None:
    plain, ranges = marked(text)
    spans = redact(plain, language, TransformConfig()).spans
    assert [(s.start, s.end) for s in spans if s.kind == "email"] == ranges


@pytest.mark.parametrize(("language", "text"), KEPT)
def test_what_only_looks_like_an_email_address_stays(language: str, text: str) -> None:
    assert [
        text[s.start : s.end] for s in redact(text, language, TransformConfig()).spans if s.kind == "email"
    ] == []

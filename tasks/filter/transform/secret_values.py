"""Whether a text that stands where a secret belongs is one, or a reference, a placeholder, a label or a message.

What code says in place of a secret is recognised first: `${TOKEN}`, `{{ x }}`, `os.environ[...]`, `<password>`,
`xxxx`, "changeme", names of types, paths, hashes. What is left must look as random as its name is vague.
"""

import re

from tasks.filter.transform.secret_names import SecretName
from tasks.filter.transform.word_set import word_set

_LABELS = word_set(
    """
    my your our the a an some any this that these here goes to of in for with and or not no is be at by as
    on from password passwords passwd pass pwd passphrase passcode secret secrets token tokens key keys api
    apikey access auth authentication authorization oauth authtoken client user users username userid db
    database host server service change changeme changeit changethis me replace replaceme insert enter put
    fill set get add new old current confirm confirmation repeat again retype verify reset forgot forgotten
    update default value values string strings text char varchar bytes byte int integer bool boolean float
    number object any hidden secure protected private public shared example sample demo dummy placeholder
    test tests testing tester foo bar baz qux spam eggs none null nil undefined nan true false yes off todo
    tbd fixme redacted masked removed empty blank unknown missing invalid valid wrong incorrect expired
    required optional name id bearer basic digest ntlm session csrf xsrf jwt refresh type field input form
    label header param query body cookie env environment variable config configuration file path url uri app
    application admin root encrypted encryption hash hashed plain plaintext raw generated random master
    account email mail login signin signup register data primary foreign index sort signing signature
    encrypt consumer license licence storage bot webhook code otp pin aws google github gitlab azure slack
    stripe openai ssh rsa pem base sha md utf hex json xml html http https error message placeholder prompt
    hint column row table model view type attr option custom manager provider store vault passwort kennwort
    contrasena contraseña clave senha parola heslo hasło haslo salasana wachtwoord lösenord losenord
    adgangskode jelszó jelszo lozinka parool slaptažodis parole salasõna geslo motdepasse mot passord şifre
    sifre sandi kata katalaluan пароль 密码 密碼 パスワード 비밀번호 lorem ipsum dolor something somesecret anything
    whatever insecure super supersecret topsecret mysecret mypassword mytoken mykey secretkey secrettoken
    yourpassword personal read write only length min max policy grant credentials credential
    """
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_REFERENCE = re.compile(
    r"""\A\$+[A-Za-z_][\w.:>\[\]'/-]*\Z | \A\$[\d@*#?!]\Z | \$[{(\[] | \#\{ | \{\{ | \}\} | \{%|<%
    | \A%[A-Za-z_]\w*%?\Z | %\(\w+\) | \A%[-#0-9.]*[sdrvqxi@]\Z | %[sd] | \{\w*(?:[.:!\[][^{}]*)?\}
    | \A<[^<>]*>\Z | \A\[[^\[\]]*\]\Z | \A@[\w.]+(?:/\w+)?@?\Z | \A__\w+__\Z | \A:\w+\Z | \A\?\Z | \A&[\w.]+;?\Z
    | \A\*+\w*\Z | \A!(?:vault|secret|Ref|Sub|GetAtt|env)\b | \A-- | \.\.\. | …
    | \bprocess\.env\b | \bos\.environ\b | \bgetenv\b | \benv\.[A-Z] | \bsecrets\. | \A[\w.$]+\([^()]*\)\Z
    | \AENC[(\[] | \A\{cipher\} | \Aop:// | \Aarn: | /aws4_request | ://
    | \A(?:vault|ssm|file|env|secret|config|data|ref|kms|keyvault|aws|gcp|azure|classpath|resource)s?:
    | \\[wdsbWDSBAZ] | \[\^?[A-Za-z0-9]-[A-Za-z0-9] | \(\?[:=!<P] | [^=][=!<>]=[^=] | && | \|\| | </?\w | />
    | \A(?:\\x[0-9a-fA-F]{2}|\\[0-7]{1,3}|\\u[0-9a-fA-F]{4})+\Z
    | \A(?:\w+(?::[\w,.]+)?\|)+\w+(?::[\w,.]+)?\Z | \A(?:min|max|size|between|len|length|required):
    """,
    re.VERBOSE,
)
_STORED_HASH = re.compile(
    r"\A(?:sha\d+|md5|sri|blake2[bs]?|pbkdf2\w*|scrypt|argon2\w*|bcrypt\w*|crypt|ssha|mcf)[-:$]"
    r"|\A\$[0-9a-z]{1,10}\$|\A\{[A-Z0-9-]+\}",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"""(?:\.{0,2}/|~/?|[A-Za-z]:\\|\\\\)[\w.@ -]*(?:[/\\][\w.@ -]*)*\Z
    | [\w./-]*/[\w.-]+\.[a-z]{2,5}\Z
    | [\w.-]+(?:/[\w.-]+)*\.(?:txt|pem|key|json|ya?ml|crt|cer|php|py|js|ts|html?|env|xml|conf|cfg|ini|gpg|asc
        |pub|java|sh|md|log|jks|p12|pfx|sock|db|go|rb|cs|vue)\Z""",
    re.VERBOSE,
)
_DOTTED_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?:\(\))?\Z")
_COMMON_PASSWORDS = word_set(
    """
    qwerty qwertyuiop letmein iloveyou swordfish dragon monkey sunshine princess football baseball superman
    batman trustno hunter welcome shadow michael jordan asdfgh asdf zxcvbn abcdef toor raspberry alpine ubnt
    calvin
    """
)
_HEADER = re.compile(r"(?:[A-Z][a-z0-9]*-)+[A-Z][a-z0-9]*\Z")
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+\Z")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_TECHNICAL = re.compile(
    r"(?:utf|sha|md|base|oauth|http|ipv|rsa|aes|des|ntlm|pbkdf|ecdsa|ed|hmac|hs|rs|es|ps|x|v|r|id|type|test|foo|bar"
    r"|p|col|arg|var|str|int|float|uint)[-_]?\d+(?:[-_/]?(?:cbc|gcm|sha\d+|rsa|\d+|bit))*\Z",
    re.IGNORECASE,
)
_KEY_ALPHABET = re.compile(r"[!-~]+\Z")
_TOKEN_ALPHABET = re.compile(r"[A-Za-z0-9+/=_.:~|-]+\Z")
_PLAIN_ALPHABET = re.compile(r"[A-Za-z0-9+/=_-]+\Z")
_DIGIT = re.compile("[0-9]")
_RUN = re.compile(r"[a-z]+|[A-Z]+|\d+")
_ABOUT_PASSWORDS = word_set(
    """
    pass password passwords passwd pwd passphrase secret token login auth user username credential
    credentials
    """
)
_SEGMENT = re.compile(r"(?:^|/)[a-z]{3,}(?:[-_][a-z]+)*(?=/|$)")
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_CODECS = frozenset(("utf8", "utf-8", "latin1", "latin-1", "ascii", "AWS4-HMAC-SHA256"))
_SPACE = re.compile(r"\s")

MAX_LENGTH = 4096


def shortest(name: SecretName) -> int:
    """The least length of a value that this name's secret can have."""
    if name.kind == "password":
        return 3 if name.strength == "named" else 6
    return {"named": 8, "general": 16, "vague": 24}[name.strength]


def is_placeholder(value: str) -> bool:
    """Whether code or people would write this in place of a secret: references, masks, labels, paths, hashes."""
    if _SPACE.search(value) or _REFERENCE.search(value) or _STORED_HASH.match(value) or _PATH.match(value):
        return True
    if len(set(value.lower())) <= (2 if len(value) < 12 else 3):
        return True
    if value.count("/") >= 2 and len(_SEGMENT.findall(value)) >= 2:
        return True
    return consists_of_labels(value)


def consists_of_labels(value: str) -> bool:
    """Whether all words are such as name a secret instead of being one; digits are not words but tell apart."""
    if _DIGIT.search(value):
        return False
    words = [word.lower() for word in _WORD.findall(value)]
    return all(word in _LABELS or len(set(word)) == 1 for word in words)


def is_secret(value: str, name: SecretName, *, in_company: bool = False) -> bool:
    """Whether the value is the secret its name promises.

    `in_company`: it stands beside a user name, host or the like, so that even a plain word is a password.
    """
    if not shortest(name) <= len(value) <= MAX_LENGTH or is_placeholder(value):
        return False
    if (
        value in _CODECS
        or _TECHNICAL.match(value)
        or (_DOTTED_NAME.match(value) and len(_DIGIT.findall(value)) <= 3)
    ):
        return False
    if name.kind == "password":
        return _is_password(value, name, in_company)
    return _is_key(value, name, in_company)


def _is_password(value: str, name: SecretName, in_company: bool) -> bool:
    has_digit = bool(_DIGIT.search(value))
    has_letter = any(c.isalpha() for c in value)
    if value.lower() in _COMMON_PASSWORDS:
        return True
    if name.strength == "general":
        if not (has_digit and has_letter) or _SLUG.match(value):
            return False
        return in_company or (len(value) >= 8 and (_mixed(value) or not _is_identifier(value)))
    if not has_letter:
        return has_digit and len(value) >= 4 and (name.owned or in_company or len(value) >= 6)
    if has_digit:
        return len(value) >= 4
    if any(not c.isalnum() and c not in "-_. :/" for c in value.rstrip(":?!.*")):
        return len(value) >= 5
    return (
        value.isascii() and len(value) >= 4 and (name.owned or in_company) and not _speaks_of_passwords(value)
    )


def _speaks_of_passwords(value: str) -> bool:
    """Whether a word without digits is about passwords, such as `PasswordField`."""
    if value.lower().startswith(("password", "passwort", "passwd", "username", "login", "auth")):
        return True
    return not _ABOUT_PASSWORDS.isdisjoint(word.lower() for word in _WORD.findall(value))


def _mixed(value: str) -> bool:
    """Whether cases or symbols are mixed."""
    return any(c.isupper() for c in value) or any(not c.isalnum() and c not in "-_." for c in value)


def _is_key(value: str, name: SecretName, in_company: bool) -> bool:
    n_digits = len(_DIGIT.findall(value))
    n_letters = sum(c.isalpha() for c in value)
    if (n_digits <= 4 and _is_labelled(value)) or (n_digits <= 3 and _is_identifier(value)):
        return False
    if name.strength == "named":
        if _KEY_ALPHABET.match(value) is None or len(value) < 8:
            return False
        if n_digits and n_letters:
            return n_digits >= 3 or len(value) >= 12 or _mixed(value) or in_company
        if n_digits >= 12:
            return True
        if len(value) >= 16 and _is_random(value):
            return True
        return name.owned and in_company and len(value) >= 10 and "-" in value
    if _TOKEN_ALPHABET.match(value) is None or _UUID.match(value):
        return False
    if name.strength == "general":
        return len(value) >= 16 and n_letters >= 2 and _is_random(value)
    if _PLAIN_ALPHABET.match(value) is None:
        return False
    return len(value) >= 24 and n_letters >= 4 and n_digits >= 3 and _mixed(value) and _is_random(value)


def _is_labelled(value: str) -> bool:
    """Whether all words, digits aside, are labels."""
    return all(word.lower() in _LABELS for word in _WORD.findall(value))


def _is_identifier(value: str) -> bool:
    """Whether a value with few digits reads as a name: mostly words one could pronounce."""
    if "/" in value or "+" in value:
        return False
    if _HEADER.match(value):
        return True
    words = _WORD.findall(value)
    n_letters = sum(map(len, words))
    n_readable = sum(
        len(word) for word in words if len(word) >= 4 and _VOWEL.search(word) and len(set(word)) > 2
    )
    return n_readable >= 0.6 * n_letters and "-" not in value.strip("-")


def _is_random(value: str) -> bool:
    """Whether letters, cases and digits alternate as in generated keys, not as in names."""
    runs = _RUN.findall(value)
    if not runs:
        return False
    n_digits = len(_DIGIT.findall(value))
    alphabet = len(set(value))
    if n_digits == 0:
        upper = sum(c.isupper() for c in value)
        return (
            len(value) >= 16
            and alphabet >= 10
            and 3 <= upper <= len(value) - 3
            and len(runs) >= len(value) * 0.35
        )
    if alphabet < 6:
        return False
    return n_digits >= 2 and (len(runs) >= 5 or (n_digits >= 4 and len(value) / len(runs) <= 6))

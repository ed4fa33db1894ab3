"""What the name of a variable, field or option says about its value: a password, a key, or neither.

`DB_PASSWORD`, `clientSecret` and `x-api-key` hold secrets; `password_field`, `token_type`, `public_key` and
`primary_key` do not. Names are cut into words at punctuation and at changes of case.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tasks.filter.transform.word_set import word_set

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zß-ÿ]+")

_PASSWORD_WORDS = word_set(
    """
    password passwd passwort passphrase passcode pwd psw pswd pword passw passwrd userpass userpassword
    dbpass dbpassword dbpasswd dbpwd mypass mypassword rootpassword adminpassword pgpassword pgpass sshpass
    kennwort contrasena contraseña senha mdp wachtwoord haslo requirepass masterauth storepass keypass
    """
)
_ACCOUNT_WORDS = word_set(
    """
    db database mysql mariadb postgres postgresql pg pgsql sql oracle mssql redis mongo mongodb smtp mail
    imap email ftp sftp ssh root admin user login ldap proxy rabbitmq amqp jdbc datasource keystore
    truststore store my auth http account master superuser sa ssl wifi wpa ap bind service server host
    remote vnc rdp cert svn git jenkins docker registry aws azure bot client connection conn test default
    initial backup wp
    """
)
_KEY_OWNERS = word_set(
    """
    api secret access private auth encryption encrypt signing sign signature master account storage
    subscription consumer app application service services shared license licence session hmac aes des jwt
    cookie deploy developer server client rest integration cipher crypt crypto psk webhook stripe google
    maps sendgrid mailgun twilio openai anthropic algolia firebase aws azure gcp s3 github gitlab slack
    telegram discord bot dropbox heroku facebook fb twitter linkedin paypal braintree mapbox weather
    openweather rapidapi instrumentation ingestion admin write wallet eth ssh rsa bearer oauth recaptcha
    captcha pusher sentry datadog newrelic cloudinary youtube giphy tmdb omdb news alpha binance bitfinex
    """
)
_KEY_WORDS = word_set(
    """
    apikey appkey secretkey accesskey privatekey authkey sharedkey signingkey encryptionkey accountkey
    masterkey sharedaccesskey consumerkey clientkey servicekey licensekey authtoken accesstoken apitoken
    secrettoken refreshtoken clientsecret appsecret apisecret consumersecret sharedsecret tokensecret
    sessiontoken authsecret webhooksecret signingsecret
    """
)
_TOKEN_OWNERS = word_set(
    """
    access auth refresh api bearer bot session id secret push deploy oauth jwt github gitlab gh gl slack npm
    pypi personal private sas upload webhook verification security authentication authorization user app
    application service sonar codecov telegram discord vault hf huggingface wandb dropbox heroku
    digitalocean do cloudflare cf stripe twilio facebook fb page twitter linkedin mapbox admin registry
    docker travis circle jenkins jira login csrf xsrf consumer master account
    """
)
_NOT_A_VALUE = word_set(
    """
    field fields label labels hash hashed hasher hashers hashes digest length len size min max policy regex
    re pattern url uri urls file files path paths filename dir folder prompt placeholder hint error errors
    err message messages msg text title type types kind class cls index idx count num number limit name
    names column col param params parameter header headers var variable variables option options opt attr
    attribute attributes prefix suffix format fmt expired expiry expires expiration expire timeout ttl
    lifetime age reset forgot forgotten strength validator validators validation validate rule rules
    required enabled enable disable disabled show hide is has use allow no without valid invalid missing
    wrong incorrect bad help desc description template model view form input widget button page link icon
    store manager provider providers factory handler callback fn func function method endpoint scope scopes
    issuer audience public algorithm alg algo mode generator encoder tokenizer position pos start end bos
    eos pad unk sep mask special added separator delimiter char chars ids meta metadata primary foreign ref
    reference arn source location mount version rotation policies list set map dict count protected encoding
    test tests fixture example examples event events action actions state status date time changed updated
    visible visibility toggle match mismatch change locale caption tooltip extractor parser lexer stream
    buffer at on by checker command cmd cookie domain grant screen dialog modal section tab table row rows
    style css html xml json xpath selector element id eye typo usage namespace ns realm
    """
)
_NOT_BEFORE = word_set(
    """
    is has use get no without valid invalid missing wrong incorrect bad forgot reset show hide public
    primary foreign enter max min num n count next cancellation page pagination continuation sync tokenize
    delimiter sort cache partition hash range lookup group special bos eos pad unk sep mask start end stop
    first last first
    """
)

Strength = Literal["named", "general", "vague"]


@dataclass(frozen=True, slots=True)
class SecretName:
    """What kind of secret a name promises, and how surely: `general` and `vague` ask more of the value."""

    kind: Literal["password", "key"]
    strength: Strength
    owned: bool
    """True where a second word says whose secret it is, as in `db_password`."""


@lru_cache(maxsize=16384)
def secret_name(name: str) -> SecretName | None:
    """What the name promises, None for a name whose value is no secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or len(words) > 8:
        return None
    for position in range(len(words) - 1, -1, -1):
        found = _by_word(words, position)
        if found is None:
            continue
        if _NOT_A_VALUE.intersection(words[position + 1 :]) or _NOT_BEFORE.intersection(words[:position]):
            return None
        return found
    return None


def _by_word(words: list[str], position: int) -> SecretName | None:
    """The promise of the word at this position, seen with the word before it."""
    word = words[position]
    before = words[position - 1] if position else ""
    after = words[position + 1] if position + 1 < len(words) else ""
    if word in _PASSWORD_WORDS:
        return SecretName(
            "password", "named", before in _ACCOUNT_WORDS or word not in ("password", "passwd", "pwd")
        )
    if word in ("pass", "pw"):
        return SecretName(
            "password", "named" if before in _ACCOUNT_WORDS else "general", before in _ACCOUNT_WORDS
        )
    if word in ("secret", "secrets"):
        return SecretName("key", "named" if word == "secret" else "vague", bool(before) or after == "key")
    if word in _KEY_WORDS:
        return SecretName("key", "named", True)
    if word == "key":
        if before in _KEY_OWNERS:
            return SecretName("key", "named", True)
        return SecretName("key", "vague", False)
    if word == "token":
        return SecretName("key", "named" if before in _TOKEN_OWNERS else "general", before in _TOKEN_OWNERS)
    if word in ("credential", "credentials", "creds", "auth", "authorization"):
        return SecretName("key", "vague", False)
    return None

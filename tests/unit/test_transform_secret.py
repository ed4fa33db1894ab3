"""Passwords, keys and tokens: the value alone is found, in every place people leave one; nothing else is."""
# ruff: noqa: E501  (one case a line)

import pytest
from marked_text import marked

from models.transform import TransformConfig
from tasks.filter.transform.redact import redact

FOUND = [
    # assignments in many languages
    ("python", 'PASSWORD = "⟦Wr3nch-Fake-41⟧"\n'),
    ("python", 'password: str = "⟦Wr3nch-Fake-41⟧"\n'),
    ("python", "settings[\"DB_PASSWORD\"] = '⟦g00se-fake!⟧'\n"),
    ("python", 'PW = os.environ.get("DB_PASSWORD", "⟦Fallback-Fake-3⟧")\n'),
    ("python", 'PW = os.getenv("ADMIN_PASSWORD") or "⟦Fallback-Fake-3⟧"\n'),
    ("python", "conn = connect(user='app', passwd='⟦lantern⟧', host='db')\n"),
    ("python", 'SECRET_KEY = "⟦django-insecure-8f!x2@k#v9$q&w1(z)4e^r7t*y0u⟧"\n'),
    ("python", 'openai.api_key = "⟦sk-fakeFAKE0123456789fakeFAKE0123456789⟧"\n'),
    ("python", "client = Client(token='⟦9f8e7d6c5b4a39281706f5e4d3c2b1a0⟧')\n"),
    ("javascript", "const dbPassword = '⟦C0bbler?Fake⟧';\n"),
    ("javascript", "const pw = process.env.DB_PASSWORD || '⟦C0bbler-Fake⟧';\n"),
    ("javascript", "axios.get(u, { headers: { 'X-Api-Key': '⟦fake77aa88bb99cc00dd11ee22ff33aa⟧' } });\n"),
    ("typescript", "private readonly clientSecret: string = '⟦fKe9-a83hdk20Qpx7-Zz⟧';\n"),
    ("java", 'private static final String PASSWORD = "⟦Kettle_Fake_9⟧";\n'),
    ("java", 'ds.setPassword("⟦Kettle_Fake_9⟧");\n'),
    ("java", 'Connection c = DriverManager.getConnection(url, "scott", "⟦t1ger-fake⟧");\n'),
    ("java", 'props.put("password", "⟦Kettle_Fake_9⟧");\n'),
    ("kotlin", 'val apiKey: String = "⟦ab12cd34ef56ab78cd90ef12ab34cd56⟧"\n'),
    ("csharp", 'var cs = "Server=db;Database=shop;User Id=sa;Password=⟦Str0ng!Fake⟧;";\n'),
    ("csharp", 'public string ApiKey { get; set; } = "x"; string apiSecret = @"⟦0a1b2c3d4e5f6071⟧";\n'),
    ("go", 'password := "⟦m00nbeam-fake⟧"\n'),
    ("go", 'cfg := Config{User: "app", Password: "⟦m00nbeam-fake⟧"}\n'),
    ("go", 'var apiToken string = "⟦fake0fake1fake2fake3fake4⟧"\n'),
    ("rust", 'const DB_PASSWORD: &str = "⟦cr4b-fake-pot⟧";\n'),
    ("rust", 'let client = Client::new().password("⟦cr4b-fake-pot⟧");\n'),
    ("c", '#define WIFI_PASSWORD "⟦home-net-4242⟧"\n'),
    ("c", 'char password[32] = "⟦h0rse-fake⟧";\n'),
    ("cpp", 'std::string token = "⟦A8x2-Qp97-Lm30-Zt61-Fk88⟧";\n'),
    ("php", "define('DB_PASSWORD', '⟦w0rdpress-fake⟧');\n"),
    ("php", "$config['password'] = '⟦w0rdpress-fake⟧';\n"),
    ("php", "'password' => '⟦w0rdpress-fake⟧',\n"),
    ("php", "$link = mysqli_connect('localhost', 'root', '⟦fakeroot⟧', 'shop');\n"),
    ("perl", "my $dbh = DBI->connect($dsn, 'app', '⟦c4mel-fake⟧');\n"),
    ("perl", 'my $password = "⟦c4mel-fake⟧";\n'),
    ("ruby", "  password: '⟦g3m-fake-stone⟧',\n"),
    ("ruby", "Stripe.api_key = '⟦sk_live_fakeFAKE0123456789fake⟧'\n"),
    ("swift", 'let apiKey = "⟦f4ke-0123-4567-89ab-cdef⟧"\n'),
    ("elixir", 'config :app, Repo, username: "pg", password: "⟦b33hive-fake⟧"\n'),
    ("lua", 'local cfg = { ["password"] = "⟦m00n-fake⟧" }\n'),
    ("clojure", '{:user "app" :password "⟦l1sp-fake⟧"}\n'),
    ("emacs lisp", '(setq erc-password "⟦m4cs-fake⟧")\n'),
    ("visual basic .net", 'Const Password As String = "⟦b4sic-fake⟧"\n'),
    ("r", 'con <- dbConnect(drv, user = "app", password = "⟦st4ts-fake⟧")\n'),
    ("powershell", '$Password = "⟦P0sh-Fake!⟧"\n'),
    ("pascal", "const Password: string = '⟦tp70-fake⟧';\n"),
    ("sql", "CREATE USER app IDENTIFIED BY '⟦or4cle-fake⟧';\n"),
    ("sql", "ALTER ROLE app WITH PASSWORD '⟦p0stgres-fake⟧';\n"),
    ("hcl", 'resource "x" "y" {\n  master_password = "⟦terraf0rm-fake⟧"\n}\n'),
    ("groovy", "signingConfigs { release { storePassword '⟦andr0id-fake⟧' } }\n"),
    # configuration, shell, markup
    ("ini", "[db]\nuser = app\npassword = ⟦marmalade⟧\n"),
    ("yaml", "db:\n  user: app\n  password: '⟦marmalade⟧'\n"),
    ("yaml", "env:\n  - name: DB_PASSWORD\n    value: ⟦kub3-fake-pod⟧\n"),
    ("yaml", "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=⟦c0mpose-fake⟧\n"),
    ("java properties", "spring.datasource.username=app\nspring.datasource.password=⟦spr1ng-fake⟧\n"),
    ("dotenv", "DB_USER=app\nDB_PASSWORD=⟦letmein⟧\nAPI_KEY=⟦fake12ab34cd56ef⟧\n"),
    ("shell", "export MYSQL_PWD='⟦sh3ll-fake⟧'\n"),
    ("shell", 'PASSWORD="${DB_PASSWORD:-⟦d3fault-fake⟧}"\n'),
    ("shell", "curl -u admin:⟦s3same-fake⟧ https://x-notreal.org/\n"),
    ("shell", "mysqldump -u root -p⟦dump-fake-1⟧ shop > shop.sql\n"),
    ("shell", "sshpass -p '⟦tunnel-fake-1⟧' ssh app@host\n"),
    ("shell", "mycli --user app --password ⟦fl4g-fake⟧ db\n"),
    ("shell", 'curl -H "Authorization: Bearer ⟦fakeA1b2C3d4E5f6G7h8⟧" https://x-notreal.org\n'),
    ("dockerfile", "ENV MYSQL_ROOT_PASSWORD ⟦d0cker-fake⟧\n"),
    ("dockerfile", "ENV API_TOKEN=⟦fake99fake88fake77fake66⟧\n"),
    ("text", "machine ftp.x-notreal.org login app password ⟦n3trc-fake⟧\n"),
    ("xml", "<user>app</user><password>⟦xm1-fake-pw⟧</password>\n"),
    ("xml", '<add key="ApiKey" value="⟦0f1e2d3c4b5a69788796a5b4c3d2e1f0⟧" />\n'),
    ("xml", '<property name="password" value="⟦b3an-fake⟧"/>\n'),
    ("xml", '<string name="api_key">⟦andr0id00fake11key22⟧</string>\n'),
    ("json", '{"username": "app", "password": "⟦js0n-fake⟧"}\n'),
    (
        "json",
        '{"private_key": "⟦-----BEGIN PRIVATE KEY-----\\nMIIEvFAKE0123456789abcd\\n-----END PRIVATE KEY-----⟧\\n"}\n',
    ),
    ("javascript", 'const body = "{\\"user\\":\\"app\\",\\"password\\":\\"⟦n3sted-fake⟧\\"}";\n'),
    ("npm config", "//registry.npmjs.org/:_authToken=⟦npm_fakeFAKE0123456789fakeFAKE0123456789⟧\n"),
    # URLs and well-known prefixes
    ("python", 'URL = "postgres://app:⟦pgfake⟧@db.x-notreal.org/shop"\n'),
    ("yaml", "url: redis://:⟦r3dis-fake⟧@cache:6379/0\n"),
    ("javascript", "mongoose.connect('mongodb://app:⟦m0ngo%40fake⟧@db/shop');\n"),
    ("java", 'String u = "jdbc:mysql://db/shop?user=app&password=⟦jdbc-fake-9⟧";\n'),
    (
        "ini",
        "aws_access_key_id = ⟦AKIAIOSFODNN7EXAMPLE⟧\naws_secret_access_key = ⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧\n",
    ),
    ("python", 't = "⟦ghp_fakeFAKE0123456789fakeFAKE0123456789⟧"\n'),
    ("text", "use ⟦glpat-fakeFAKE0123456789⟧ or ⟦xoxb-0123456789-fakeFAKEfake⟧\n"),
    ("javascript", "firebase({ k: '⟦AIzaFakeFAKE0123456789fakeFAKE012345678⟧' });\n"),
    ("python", 'jwt = "⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmYWtlIn0.ZmFrZXNpZ25hdHVyZTAx⟧"\n'),
    ("text", "⟦https://hooks.slack.com/services/T00FAKE00/B00FAKE00/fakeFAKE0123456789fake⟧\n"),
    (
        "text",
        "⟦-----BEGIN RSA PRIVATE KEY-----\nMIICFAKE0123456789+/abcdefgh\nFAKEfakeFAKE==\n-----END RSA PRIVATE KEY-----⟧\n",
    ),
    ("python", "smtp.login('app', '⟦m4il-fake⟧')\n"),
    ("python", "r = requests.get(u, auth=('app', '⟦b4sic-fake⟧'))\n"),
]
TAIL = "fakeFAKE0123456789fakeFAKE0123456789"
ISSUED = [
    "AKIAFAKEFAKEFAKEFAKE", "ASIAFAKEFAKEFAKEFAKE", "ghp_" + TAIL, "gho_" + TAIL, "ghu_" + TAIL, "ghs_" + TAIL, "ghr_" + TAIL,
    "github_pat_" + TAIL, "glpat-" + TAIL, "xoxb-012345-" + TAIL, "xoxp-012345-" + TAIL, "xapp-1-" + TAIL,
    "https://hooks.slack.com/services/T00/B00/" + TAIL, "https://discord.com/api/webhooks/0123456789/" + TAIL,
    "https://fake.webhook.office.com/webhookb2/" + TAIL, "AIza" + TAIL, "ya29." + TAIL, "GOCSPX-" + TAIL, "sk-" + TAIL, "sk-proj-" + TAIL,
    "sk_live_" + TAIL, "sk_test_" + TAIL, "rk_live_" + TAIL, "whsec_" + TAIL, "npm_" + TAIL, "pypi-" + TAIL, f"SG.{TAIL}.{TAIL}",
    "hf_" + TAIL, f"eyJ{TAIL}.eyJ{TAIL}.{TAIL}", "dop_v1_" + "0123456789abcdef" * 4, "shpat_" + "0123456789abcdef" * 2, "dckr_pat_" + TAIL,
    "hvs." + TAIL, "rubygems_" + "0123456789abcdef" * 3, "sq0atp-" + TAIL, "AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0" * 3,
    "PMAK-" + "0123456789abcdef01234567-" + "0123456789abcdef" * 2,
]  # fmt: skip
KEPT = [
    ("python", "password = getpass.getpass('Password: ')\n"),
    ("python", 'password = os.environ["DB_PASSWORD"]\ntoken = os.getenv("API_TOKEN")\n'),
    ("python", "def login(user: str, password: str = None, token: Token = DEFAULT) -> None: ...\n"),
    ("python", 'raise ValueError("password must not be empty")\n'),
    ("python", 'parser.add_argument("--password", help="the password", default="")\n'),
    ("python", 'PASSWORD_FIELD = "user_password"\nTOKEN_TYPE = "bearer"\nkey = "name"\n'),
    ("python", 'fields = ["username", "password", "email2020"]\n'),
    ("python", 'data = {"password": "password", "token": "<your-token>", "secret": "changeme"}\n'),
    ("python", 'API_KEY = "YOUR_API_KEY"\nSECRET = "xxxxxxxxxxxx"\nPASSWORD = "********"\n'),
    ("python", 'password = "<password>"\napi_key = "your-api-key-here"\n'),
    ("python", 'url = "https://user:password@example.com/"\nu2 = f"https://{user}:{pw}@host/"\n'),
    ("python", 'h = {"Authorization": f"Bearer {token}"}\n'),
    ("python", 'password_hash = "pbkdf2_sha256$260000$abc$def0123456789"\nsha = "9f86d081884c7d659a2feaa0c55ad015"\n'),
    ("python", 'user.password = "$2b$12$KIXQ0123456789abcdefghijklmnopqrstuvwxyz0123456789abcd"\n'),
    ("python", 'commit = "3f786850e387550fdab836ed7e6dc881de23001b"\n'),
    ("python", 'request_id = "550e8400-e29b-41d4-a716-446655440000"\n'),
    ("javascript", "password: process.env.DB_PASSWORD,\ntoken: config.token,\n"),
    ("javascript", "const labels = { user: 'Benutzer', password: 'Passwort', token: 'Token' };\n"),
    ("javascript", 'const label = { password: "Enter your password" };\n'),
    ("javascript", "<input type=\"password\" name=\"password\" placeholder=\"Password\">\n"),
    ("typescript", "interface User { name: string; password: string; token?: string }\n"),
    ("javascript", "const url = `https://${user}:${password}@${host}`;\n"),
    ("java", 'String password = System.getenv("DB_PASSWORD");\n@Value("${db.password}") String pw;\n'),
    ("java", 'assertEquals("password", field.getName()); getString("password1");\n'),
    ("go", 'password := flag.String("password", "", "the password")\n'),
    ("c", 'printf("password: %s\\n", password); key = next_key(key, "abc");\n'),
    ("php", "'password' => ['required', 'min:8'],\n'password' => 'required|confirmed|min:8',\n'password' => env('DB_PASSWORD'),\n"),
    ("ruby", "password: <%= ENV['DB_PASSWORD'] %>\n"),
    ("yaml", "password: ${DB_PASSWORD}\ntoken: {{ vault_token }}\nsecret: !vault |\n"),
    ("yaml", "password: \nsecretName: db-credentials\ntoken: \"\"\n"),
    ("yaml", "key: value\nprimary_key: id2\ncache-key: v1-deps-2020\npublic_key: 0123456789abcdef0123456789abcdef\n"),
    ("shell", 'PASSWORD="$1"\nTOKEN=$(cat token.txt)\nread -s -p "Password: " PASSWORD\ncd $PWD\n'),
    ("shell", "PWD=/home/app\nOLDPWD=/tmp/x1\nSSH_AUTH_SOCK=/run/user/1000/agent\n"),
    ("dockerfile", "ARG PASSWORD\nENV PASSWORD=$PASSWORD\n"),
    ("json", '{"integrity": "sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy=="}\n'),
    ("json", '{"password": {"type": "string", "minLength": 8}, "token": null}\n'),
    ("json", '{"monkey": "abc123def456ghi789", "keyboard": "qwerty-104-key"}\n'),
    ("sql", "SELECT password, token FROM users WHERE password = :password AND token = ?;\n"),
    ("xml", '<input key="name2" value="x1"/><password>${db.password}</password>\n'),
    ("markdown", "Set the `password` option, then the token: see below.\n"),
    ("text", "The password is required. Token expired 2020-01-01. Key 123 pressed.\n"),
    ("text", "-----BEGIN CERTIFICATE-----\nMIICFAKE0123456789abcd\n-----END CERTIFICATE-----\n"),
    ("python", 'A = "-----BEGIN PRIVATE KEY-----"\nB = "-----END PRIVATE KEY-----"\n'),
    ("python", "pass\nname = 'inline_test1'\n"),
    ("python", "Tokens = ['first_token', 'second_token2', 'third']\n"),
    ("css", ".password-field2 { color: #abc123; } .token.keyword { color: #0077aa }\n"),
    ("ruby", "attr_accessor :password, :password_confirmation\nvalidates :password, length: { minimum: 8 }\n"),
    ("haskell", "data User = User { password :: Text, token :: Maybe Token }\n"),
    ("ini", "[auth]\npassword_file = /etc/app/pw.txt\ntoken_ttl = 3600\nsecret = /run/secrets/db\n"),
    ("python", 'parser.feed("basic auth"); login("user", password); connect("localhost", 8080)\n'),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), FOUND)
def test_secret_is_replaced_and_nothing_beside_it(language: str, text: str) -> None:
    plain, ranges = marked(text)
    spans = redact(plain, language, TransformConfig()).spans
    assert [plain[s.start : s.end] for s in spans] == [plain[a:b] for a, b in ranges]


@pytest.mark.parametrize(("language", "text"), KEPT)
def test_what_only_speaks_of_secrets_stays(language: str, text: str) -> None:
    assert [text[s.start : s.end] for s in redact(text, language, TransformConfig()).spans] == []


@pytest.mark.parametrize("key", ISSUED)
def test_issued_key_is_found_without_a_name_beside_it(key: str) -> None:
    assert redact(f"see {key} there", "text", TransformConfig()).text == "see <key> there"


def test_switched_off_kinds_stay() -> None:
    text = 'password = "Wr3nch-Fake-41"\napi_key = "0a1b2c3d4e5f60718293"\n'
    no_keys = redact(text, "python", TransformConfig(redact_keys=False))
    no_passwords = redact(text, "python", TransformConfig(redact_passwords=False))
    assert [s.kind for s in no_keys.spans] == ["password"]
    assert [s.kind for s in no_passwords.spans] == ["key"]


def test_placeholders_of_the_config_are_written() -> None:
    config = TransformConfig(password_placeholder="PASSWORD", key_placeholder="KEY")
    text = 'password = "Wr3nch-Fake-41"\napi_key = "0a1b2c3d4e5f60718293"\n'
    assert redact(text, "python", config).text == 'password = "PASSWORD"\napi_key = "KEY"\n'

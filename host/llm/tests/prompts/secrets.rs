//! Redaction of secrets. Invariant: every secret here is made up.

use llm::redaction::Redactor;
use proptest::prelude::*;

const SECRET: &[&str] = &[
    "key = 'AKIAIOSFODNN7EXAMPL2'",
    "x = 'ghp_A1b2C3d4E5f6G7h8I9j0'",
    "x = 'glpat-A1b2C3d4E5f6G7h8I9j0'",
    "x = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'",
    "x = 'sk-proj-A1b2C3d4E5f6G7h8I9j0'",
    "x = 'postgresql://shop:tr0ub4dor@db.internal/shop'",
    "x = f'postgresql://shop:tr0ub4dor@db.internal/{name}'",
    "x = 'host=db user=shop password=0rchid-42'",
    "DB_PASSWORD = \"s3cr3t-Tiger!\"",
    "SECRET_KEY = 'dev'",
    "SESSION['password'] = b's3cr3t-Tiger!'",
    "d = {'password': 'hunter2', 'api_key': '9f8b3c2a7d6e5f4a1b0c'}",
    "connect(host='db', password='postgres')",
    "def login(user, password: str = 'letmein'): pass",
    "return password == 'opensesame'",
    "return 'opensesame' == password",
    "pymysql.connect('db', 'stock', 'st0ck-Room')",
    "server.login('shop@mail.internal', 'gr33n-Harvest')",
    "get(url, auth=('shop', 'p4per-Moon'))",
    "os.environ.get('DB_PASSWORD', 'hunter2')",
    "k = '''-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwgg==\n-----END RSA PRIVATE KEY-----'''",
    "PRIVATE_KEY = 'MIIEvQIBADANBgkqhkiG9w0' 'BKcwggSjAgEAAoIBAQC7VJ'",
];
const HARMLESS: &[&str] = &[
    "password = ''",
    "password = None",
    "password = os.environ['DB_PASSWORD']",
    "PASSWORD_PROMPT = 'Enter your password: '",
    "password = 'Enter your password: '",
    "PASSWORD_FIELD = 'password'",
    "token = 'IDENTIFIER'",
    "API_KEY = '<your API key>'",
    "url = 'postgresql://shop:{password}@db/shop'",
    "url = 'postgresql://shop@db.internal/shop'",
    "connect(user=user, password=password)",
    "password_help = 'at least 12 characters'",
    "keyboard = 'qwerty123'",
];

#[test]
fn secrets_leave_and_come_back() {
    let redactor = Redactor::new().unwrap();
    for text in SECRET {
        let redacted = redactor.redact(text);
        assert!(redacted.placeholders().count() > 0, "{text}");
        assert_eq!(&redacted.restore(&redacted.text).unwrap(), text);
        for word in [
            "AKIA",
            "ghp_",
            "tr0ub",
            "0rchid",
            "Tiger",
            "hunter2",
            "postgres'",
            "letmein",
            "sesame",
            "Room",
            "Harvest",
            "Moon",
            "MIIE",
            "BKcw",
        ] {
            assert!(!redacted.text.contains(word), "{text}: {}", redacted.text);
        }
    }
}

#[test]
fn what_is_no_secret_stays() {
    let redactor = Redactor::new().unwrap();
    for text in HARMLESS {
        assert_eq!(&redactor.redact(text).text, text);
    }
}

#[test]
fn placeholders_are_stable_and_cannot_be_lost() {
    let redactor = Redactor::new().unwrap();
    let redacted = redactor.redact("password = 'hunter2'\nother_password = 'hunter2'\nSECRET_1_VALUE = 1\n");
    assert_eq!(redacted.text, "password = 'XSECRET_1_VALUE'\nother_password = 'XSECRET_1_VALUE'\nSECRET_1_VALUE = 1\n");
    assert_eq!(redacted.restore("f('XSECRET_1_VALUE', 'XSECRET_1_VALUE')").unwrap(), "f('hunter2', 'hunter2')");
    assert!(redacted.restore("f()").is_err());
    assert!(redacted.restore("f('XSECRET_1_VALUE', 'XSECRET_2_VALUE')").is_err());
    assert_eq!(redacted.restore_some("f()").unwrap(), "f()");
}

proptest! {
    #[test]
    fn redacted_text_becomes_the_original(text in "(password = |token: |'|\"|SECRET_1_|://a:|@|[ -~]{0,9}|\n){0,12}") {
        let redacted = Redactor::new().unwrap().redact(&text);
        prop_assert_eq!(redacted.restore(&redacted.text).unwrap(), text);
    }
}

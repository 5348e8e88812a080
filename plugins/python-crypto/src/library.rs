//! What the pack says about libraries: the types that its rules' callees are methods of. Invariant: only constructors
//! and factories that the libraries document.

use securecode_sdk::{Library, ReturnType, no_library};

const RETURNS: &[(&str, &str)] = &[
    ("paramiko.SSHClient", "paramiko.SSHClient"),
    ("paramiko.client.SSHClient", "paramiko.SSHClient"),
    ("OpenSSL.crypto.PKey", "OpenSSL.crypto.PKey"),
    ("OpenSSL.SSL.Context", "OpenSSL.SSL.Context"),
    ("ssl.SSLContext", "ssl.SSLContext"),
    ("ssl.create_default_context", "ssl.SSLContext"),
    ("ftplib.FTP", "ftplib.FTP"),
    ("smtplib.SMTP", "smtplib.SMTP"),
    ("imaplib.IMAP4", "imaplib.IMAP4"),
    ("poplib.POP3", "poplib.POP3"),
    ("telnetlib.Telnet", "telnetlib.Telnet"),
];
/// Types that a method of the same name as their constructor's module is called on.
const TYPES: &[&str] = &[
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
    "cryptography.hazmat.primitives.ciphers.aead.AESCCM",
    "cryptography.hazmat.primitives.ciphers.aead.AESOCB3",
    "cryptography.hazmat.primitives.ciphers.aead.AESGCMSIV",
    "cryptography.hazmat.primitives.ciphers.aead.ChaCha20Poly1305",
    "itsdangerous.URLSafeTimedSerializer",
];
/// Constructors of `hashlib` that give an object to be updated.
pub(crate) const HASHES: &[&str] = &[
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b",
    "blake2s", "new",
];

/// Gives the pack's library.
pub(crate) fn library() -> Library {
    let one = |callee: String, returns: &str| ReturnType { callee, returns: returns.to_owned() };
    let named = RETURNS.iter().map(|&(callee, returns)| one(callee.to_owned(), returns));
    let entered = ["smtplib.SMTP", "imaplib.IMAP4", "ftplib.FTP", "paramiko.SSHClient", "telnetlib.Telnet"]
        .map(|name| one(format!("{name}.__enter__"), name));
    let types = TYPES.iter().map(|&name| one(name.to_owned(), name));
    let hashes = HASHES.iter().map(|name| one(format!("hashlib.{name}"), "hashlib.HASH"));
    Library { return_types: named.chain(entered).chain(types).chain(hashes).collect(), ..no_library() }
}

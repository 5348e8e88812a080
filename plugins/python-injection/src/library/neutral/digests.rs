//! Digests, tokens and what a signature vouches for. Invariant: who sends the input cannot choose the output's text.

use securecode_sdk::{Propagator, spec::clean};

pub(super) fn propagators() -> Vec<Propagator> {
    [hashes(), passwords(), signed()].concat()
}

fn hashes() -> Vec<Propagator> {
    clean(&[
        "hashlib.new",
        "hashlib.md5",
        "hashlib.sha1",
        "hashlib.sha224",
        "hashlib.sha256",
        "hashlib.sha384",
        "hashlib.sha512",
        "hashlib.sha3_224",
        "hashlib.sha3_256",
        "hashlib.sha3_384",
        "hashlib.sha3_512",
        "hashlib.shake_128",
        "hashlib.shake_256",
        "hashlib.blake2b",
        "hashlib.blake2s",
        "hashlib.pbkdf2_hmac",
        "hashlib.scrypt",
        "hashlib.file_digest",
        "hmac.new",
        "hmac.digest",
        "hmac.compare_digest",
        "secrets.compare_digest",
        "zlib.crc32",
        "zlib.adler32",
        "binascii.crc32",
        "uuid.uuid3",
        "uuid.uuid5",
        "xxhash.xxh64",
    ])
}

fn passwords() -> Vec<Propagator> {
    clean(&[
        "werkzeug.security.generate_password_hash",
        "werkzeug.security.check_password_hash",
        "django.contrib.auth.hashers.make_password",
        "django.contrib.auth.hashers.check_password",
        "django.contrib.auth.authenticate",
        "bcrypt.hashpw",
        "bcrypt.checkpw",
        "argon2.PasswordHasher.hash",
        "argon2.PasswordHasher.verify",
        "passlib.context.CryptContext.hash",
        "passlib.context.CryptContext.verify",
        "flask_bcrypt.generate_password_hash",
        "flask_bcrypt.check_password_hash",
    ])
}

fn signed() -> Vec<Propagator> {
    clean(&[
        "jwt.encode",
        "jwt.decode",
        "jose.jwt.encode",
        "jose.jwt.decode",
        "itsdangerous.URLSafeSerializer.loads",
        "itsdangerous.URLSafeSerializer.dumps",
        "itsdangerous.URLSafeTimedSerializer.loads",
        "itsdangerous.URLSafeTimedSerializer.dumps",
        "itsdangerous.Signer.unsign",
        "itsdangerous.TimestampSigner.unsign",
        "django.core.signing.loads",
        "django.core.signing.dumps",
        "cryptography.fernet.Fernet.encrypt",
        "cryptography.fernet.Fernet.decrypt",
    ])
}

"""Configuration, read from the environment."""

import os


class Config:
    """Values that the application needs; each has a variable `SHOP_…`."""

    SECRET_KEY = os.environ.get("SHOP_SECRET_KEY") or os.urandom(32)
    DATABASE = os.environ.get("SHOP_DATABASE", "shop.sqlite3")
    LOG_LEVEL = os.environ.get("SHOP_LOG_LEVEL", "INFO")

    INVOICE_FOLDER = os.environ.get("SHOP_INVOICES", "/var/lib/shop/invoices")
    MANUAL_FOLDER = os.environ.get("SHOP_MANUALS", "/var/lib/shop/manuals")
    PICTURE_FOLDER = os.environ.get("SHOP_PICTURES", "/var/lib/shop/pictures")

    PAYMENT_URL = os.environ.get("SHOP_PAYMENT_URL", "https://payments.example.com/v2")
    PAYMENT_PASSWORD = os.environ.get("SHOP_PAYMENT_PASSWORD", "")
    PAYMENT_CA_BUNDLE = os.environ.get("SHOP_PAYMENT_CA", "/etc/ssl/certs/payments.pem")

    LDAP_SERVER = os.environ.get("SHOP_LDAP_SERVER", "ldaps://directory.example.com")
    LDAP_BASE = "ou=staff,dc=example,dc=com"

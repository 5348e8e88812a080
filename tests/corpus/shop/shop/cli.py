"""The command `shop`: exports for the accountant, a server for development."""

import argparse
import csv
import os
import sqlite3
import tempfile

from shop import create_app


def export(database: str, target: str) -> int:
    """Writes all purchases as CSV; the file appears whole or not at all."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT id, customer_id, status, placed_on, total_cents FROM purchase").fetchall()
    connection.close()
    with tempfile.NamedTemporaryFile("w", newline="", dir=os.path.dirname(target) or ".", delete=False) as draft:
        writer = csv.writer(draft)
        writer.writerow(["id", "customer", "status", "placed on", "cents"])
        writer.writerows(rows)
    os.replace(draft.name, target)
    return len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="shop")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("run").add_argument("--port", type=int, default=5000)
    accountant = actions.add_parser("export")
    accountant.add_argument("database")
    accountant.add_argument("target")
    options = parser.parse_args()
    if options.action == "run":
        create_app().run(port=options.port, debug=False)
    else:
        print(export(options.database, options.target), "purchases")


if __name__ == "__main__":
    main()

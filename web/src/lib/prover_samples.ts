// Code to try the prover on. Invariant: each sample shows another kind of contract.

export interface ProverSample {
  title: string;
  code: string;
}

export const PROVER_SAMPLES: readonly ProverSample[] = [
  {
    title: 'Pre- and postconditions',
    code: `def clamp(value: int, low: int, high: int) -> int:
    """Keeps a value between two limits.

    pre: low <= high
    post: low <= __return__ <= high
    """
    if value < low:
        return low
    return value if value <= high else high


def shipping(total: int) -> int:
    """Gives the shipping costs in cents; large orders are cheaper.

    pre: total >= 0
    post: __return__ >= 0
    """
    return 900 - total // 20
`,
  },
  {
    title: 'Assertions',
    code: `def split_evenly(cents: int, people: int) -> int:
    assert people > 0
    share = cents // people
    assert share * people == cents
    return share
`,
  },
  {
    title: 'An injection',
    code: `import sqlite3


def find(connection: sqlite3.Connection, name: str):
    query = "SELECT id FROM users WHERE name = '" + name + "'"
    return connection.execute(query).fetchall()
`,
  },
];

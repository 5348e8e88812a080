// Findings that are filtered in the browser. Invariant: each facet counts under the other filters.
import { describe, expect, it } from 'vitest';
import type { FindingJson } from '../../src/api/types';
import { readQuery } from '../../src/lib/findings_query';
import { LocalSource, OPEN } from '../../src/lib/local_source';

function finding(part: Partial<FindingJson>): FindingJson {
  return {
    fingerprint: 'f',
    rule_id: 'rule-a',
    pack: '',
    cwe: 'CWE-1',
    cwe_name: null,
    severity: 'high',
    confidence: 'high',
    path: 'a/x.py',
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 2,
    function: null,
    title: 'Title',
    message: 'Message',
    snippet: '',
    taint_path: [],
    verdict: null,
    counterexample: null,
    contracts: [],
    patch: null,
    ...part,
  };
}

const source = new LocalSource(
  [],
  [
    finding({ severity: 'low', path: 'b/y.py' }),
    finding({ severity: 'critical', verdict: 'refuted' }),
    finding({ severity: 'high', verdict: 'proved', line: 5 }),
    finding({ severity: 'high', rule_id: 'rule-b', message: 'Needle', path: 'top.py' }),
  ].map((each) => ({ finding: each, owasp: [], triage: OPEN })),
  { 'a/x.py': 'text', constructor: 'not this' },
);

async function ids(query: string): Promise<number[]> {
  return (await source.list(readQuery(new URLSearchParams(query)))).findings.map((row) => row.id);
}

describe('local findings', () => {
  it('lists worst first, without what is proved safe', async () => {
    expect(await ids('')).toEqual([1, 3, 0]);
    expect(await ids('sort=-severity')).toEqual([0, 3, 1]);
    expect(await ids('verdict=proved')).toEqual([2]);
  });

  it('filters by facets and text', async () => {
    expect(await ids('path=b/')).toEqual([0]);
    expect(await ids('q=needle')).toEqual([3]);
    expect(await ids('severity=low&severity=critical')).toEqual([1, 0]);
    expect(await ids('severity=low&rule=rule-b')).toEqual([]);
  });

  it('counts each facet without its own filter', async () => {
    const { facets } = await source.list(readQuery(new URLSearchParams('severity=low')));
    expect(facets?.severity).toEqual({ low: 1, critical: 1, high: 1 });
    expect(facets?.path).toEqual({ 'b/': 1 });
    expect((await source.list(readQuery(new URLSearchParams()))).facets?.verdict).toEqual({
      none: 2,
      refuted: 1,
      proved: 1,
    });
  });

  it('knows the neighbours in the order of the list', async () => {
    const detail = await source.detail(3, readQuery(new URLSearchParams()));
    expect([detail.previous, detail.next]).toEqual([1, 0]);
    await expect(source.detail(99, readQuery(new URLSearchParams()))).rejects.toThrow('no such finding');
  });

  it('gives the texts that it holds, and says what it does not', async () => {
    expect(await source.file('a/x.py')).toEqual({ kind: 'text', text: 'text' });
    expect((await source.file('toString')).kind).toBe('gone');
  });
});

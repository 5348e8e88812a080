// SARIF of other tools. Invariant: a broken log is refused with a sentence.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSarif } from '../../src/lib/sarif';

function log(run: object): string {
  return JSON.stringify({ version: '2.1.0', runs: [run] });
}

const FOREIGN = log({
  tool: {
    driver: {
      name: 'Lint',
      version: '3.1',
      rules: [
        {
          id: 'R1',
          shortDescription: { text: 'Bad call' },
          properties: {
            tags: ['external/cwe/cwe-078', 'security'],
            'security-severity': '9.3',
            precision: 'very-high',
          },
          messageStrings: { m: { text: 'calls {0} in [the file](1)' } },
        },
        { id: 'R2', name: 'second-rule', defaultConfiguration: { level: 'error' } },
      ],
    },
  },
  artifacts: [{ location: { uri: 'src/a%20b.py' }, contents: { text: 'x = 1\n' } }],
  results: [
    {
      ruleId: 'R1',
      ruleIndex: 0,
      message: { id: 'm', arguments: ['eval'] },
      locations: [
        { physicalLocation: { artifactLocation: { index: 0 }, region: { startLine: 1, startColumn: 3 } } },
      ],
      codeFlows: [
        {
          threadFlows: [
            {
              locations: [1, 2, 3].map((line) => ({
                location: {
                  message: { text: `step ${line}` },
                  physicalLocation: {
                    artifactLocation: { uri: 'file:///src/c.py' },
                    region: { startLine: line },
                  },
                },
              })),
            },
          ],
        },
      ],
    },
    {
      rule: { id: 'R2' },
      message: { text: 'no place' },
      suppressions: [{ kind: 'external', justification: 'known' }],
    },
    { message: { text: 'bare' }, level: 'none' },
  ],
});

describe('SARIF', () => {
  const { findings, sources, tools } = readSarif(FOREIGN);

  it('reads rules, severities and places', () => {
    expect(tools).toEqual(['Lint 3.1']);
    expect(sources).toEqual({ 'src/a b.py': 'x = 1\n' });
    expect(findings[0]?.finding).toMatchObject({
      rule_id: 'R1',
      title: 'Bad call',
      message: 'calls eval in the file',
      severity: 'critical',
      confidence: 'high',
      cwe: 'CWE-78',
      path: 'src/a b.py',
      line: 1,
      column: 3,
    });
  });

  it('reads the code flow', () => {
    expect(
      findings[0]?.finding.taint_path.map((step) => [step.kind, step.path, step.line, step.message]),
    ).toEqual([
      ['source', '/src/c.py', 1, 'step 1'],
      ['step', '/src/c.py', 2, 'step 2'],
      ['sink', '/src/c.py', 3, 'step 3'],
    ]);
  });

  it('takes results without rule or place', () => {
    expect(findings[1]).toMatchObject({
      finding: { severity: 'high', path: '(no file)', rule_id: 'R2', title: 'no place' },
      triage: { state: 'accepted-risk', reason: 'known' },
    });
    expect(findings[2]?.finding).toMatchObject({ severity: 'info', rule_id: 'unnamed rule', title: 'bare' });
  });

  it('reads what this program writes', () => {
    const own = readSarif(readFileSync(new URL('../support/shop.sarif.json', import.meta.url), 'utf8'));
    expect(own.findings.length).toBe(12);
    expect(own.findings.filter((each) => each.finding.verdict === 'refuted').length).toBe(8);
    expect(own.findings.every((each) => each.finding.cwe !== '')).toBe(true);
  });

  it.each([
    ['', 'no JSON'],
    ['[]', 'no SARIF log'],
    ['{"version":"2.1.0"}', 'no SARIF log'],
    ['{"version":"1.0.0","runs":[]}', '2.1.0 is understood'],
  ])('refuses %j', (text, words) => {
    expect(() => readSarif(text)).toThrow(words);
  });

  it('survives values of wrong types', () => {
    const broken = log({ tool: 5, results: [null, 7, { locations: 'x', codeFlows: [3], message: [] }] });
    expect(readSarif(broken).findings.length).toBe(1);
  });
});

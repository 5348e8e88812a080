// The words that the pages use for the API's values. Invariant: each value has one label, the same on every page.
import type {
  CheckJson,
  FacetName,
  GateCheckJson,
  PatchStatus,
  Replay,
  Severity,
  StageName,
  TriageState,
  Verdict,
} from '../api/types';

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
export const STAGES: readonly StageName[] = ['scanner', 'speculator', 'symbot', 'patcher'];
export const TRIAGE_STATES: readonly TriageState[] = [
  'open',
  'confirmed',
  'false-positive',
  'accepted-risk',
  'fixed',
];

export const STAGE_WORDS: Record<StageName, { name: string; does: string }> = {
  scanner: { name: 'Scanner', does: 'finds candidates and taint paths' },
  speculator: { name: 'Speculator', does: 'states a contract for each' },
  symbot: { name: 'SymBot', does: 'proves or refutes it' },
  patcher: { name: 'Patcher', does: 'writes patches and checks them' },
};

export const FACET_WORDS: Record<FacetName, string> = {
  severity: 'Severity',
  verdict: 'Verdict',
  patch: 'Patch',
  state: 'Triage',
  confidence: 'Confidence',
  cwe: 'CWE',
  owasp: 'OWASP',
  rule: 'Rule',
  path: 'Path',
};

export const TRIAGE_WORDS: Record<TriageState, string> = {
  open: 'Open',
  confirmed: 'Confirmed',
  'false-positive': 'False positive',
  'accepted-risk': 'Accepted risk',
  fixed: 'Fixed',
};

export const VERDICT_WORDS: Record<Verdict, string> = {
  refuted: 'Refuted',
  proved: 'Proved safe',
  bounded: 'Safe within bounds',
  unknown: 'Unknown',
};

export const PATCH_WORDS: Record<PatchStatus, string> = {
  verified: 'Verified patch',
  bounded: 'Patch, bounded proof',
  unverified: 'Unverified patch',
  unavailable: 'No patch',
};

const CHECK_WORDS: Record<string, string> = {
  scope: 'Changes only what it must',
  parses: 'Still parses',
  'finding-gone': 'The finding is gone',
  'nothing-new': 'No new finding',
  'contract-proved': 'The contract is proved',
  reachable: 'Benign input still reaches the sink',
  'behaviour-kept': 'Benign calls behave as before',
};

export function checkWords(check: GateCheckJson): string {
  return CHECK_WORDS[check.check] ?? check.check;
}

export const OUTCOME_WORDS: Record<GateCheckJson['outcome'], string> = {
  passed: 'Passed',
  failed: 'Failed',
  'not-run': 'Not run',
};

/** What a contract is about decides the words: an attack on a sink, or a call that breaks a promise of the code. */
export type Subject = 'attack' | 'call';

/** Says in a sentence what a verdict means. */
export function explainVerdict(
  check: Pick<CheckJson, 'verdict' | 'paths' | 'function'>,
  subject: Subject,
): string {
  const paths = check.paths === 1 ? 'the only path' : `all ${check.paths} paths`;
  switch (check.verdict) {
    case 'refuted':
      return subject === 'attack'
        ? 'The prover found an input that breaks the contract: this is a concrete attack, not a guess.'
        : 'The prover found a call that breaks the contract.';
    case 'proved':
      return `No input can break the contract: ${paths} through \`${check.function}\` were explored.`;
    case 'bounded':
      return 'No input within the bounds breaks the contract. Inputs beyond them were not looked at.';
    case 'unknown':
      return subject === 'attack'
        ? 'The prover could neither prove nor refute the contract, so treat the finding as possible.'
        : 'The prover could neither prove nor refute the contract.';
  }
}

export function explainReplay(replay: Replay, subject: Subject): string {
  switch (replay) {
    case 'confirmed':
      return subject === 'attack'
        ? 'Replayed in a sandboxed CPython: the sink received exactly this value.'
        : 'Replayed in a sandboxed CPython: the call breaks the contract there as well.';
    case 'diverged':
      return 'Replayed in a sandboxed CPython: the run went another way than predicted.';
    case 'unavailable':
      return 'It could not be replayed in a real CPython.';
    case 'not-run':
      return 'It was not replayed in a real CPython.';
  }
}

/** Gives a facet value's label. */
export function facetValueWords(facet: FacetName, value: string): string {
  if (value === 'none') {
    return facet === 'verdict' ? 'No contract' : 'Not looked for';
  }
  switch (facet) {
    case 'verdict':
      return VERDICT_WORDS[value as Verdict] ?? value;
    case 'patch':
      return PATCH_WORDS[value as PatchStatus] ?? value;
    case 'state':
      return TRIAGE_WORDS[value as TriageState] ?? value;
    case 'severity':
    case 'confidence':
      return capital(value);
    default:
      return value;
  }
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

// The HTTP API's JSON types, from the server's own description. Invariant: each type is the described one, narrowed where
// the description says less than the server does; a field that is no longer described is an error here.
import type { components } from './schema';

type Schemas = components['schemas'];

/** The server writes each field; where there is nothing it writes null. */
type Written<T> = T extends (infer Item)[]
  ? Written<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Written<T[Key]> }
    : T;

/** A described type, of whose fields some hold less than is described. */
type Narrowed<T, Fields extends { [Key in keyof Fields]: Key extends keyof T ? T[Key] : never }> = Omit<
  T,
  keyof Fields
> &
  Fields;

/** A described type, of which some fields are described as objects and no more. */
type Filled<T, Fields extends { [Key in keyof Fields]: Key extends keyof T ? unknown : never }> = Omit<
  T,
  keyof Fields
> &
  Fields;

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';
export type Confidence = 'high' | 'medium' | 'low';
export type Verdict = 'refuted' | 'proved' | 'bounded' | 'unknown';
export type Replay = 'confirmed' | 'diverged' | 'unavailable' | 'not-run';
export type PatchStatus = 'verified' | 'bounded' | 'unverified' | 'unavailable';
export type TriageState = 'open' | 'confirmed' | 'false-positive' | 'accepted-risk' | 'fixed';
export type StageName = 'scanner' | 'speculator' | 'symbot' | 'patcher';
export type PartStatus = 'ok' | 'degraded' | 'down' | 'off';
export type BackEndState = 'ok' | 'failing' | 'down';

export type Region = Schemas['Region'];
export type StepJson = Narrowed<Written<Schemas['StepJson']>, { kind: 'source' | 'step' | 'sink' }>;
export type BindingJson = Schemas['BindingJson'];

interface Attack {
  injected: [number, number][];
  replay: Replay;
}
export type CounterexampleJson = Narrowed<Written<Schemas['CounterexampleJson']>, Attack>;
export type CallJson = Narrowed<Written<Schemas['CallJson']>, Attack>;

export type CheckJson = Narrowed<
  Written<Schemas['CheckJson']>,
  { verdict: Verdict; counterexample: CounterexampleJson | null }
>;

export type GateCheckJson = Narrowed<
  Written<Schemas['GateCheckJson']>,
  { outcome: 'passed' | 'failed' | 'not-run' }
>;
export type PatchJson = Narrowed<
  Written<Schemas['PatchJson']>,
  { status: PatchStatus; checks: GateCheckJson[] }
>;

export type FindingJson = Narrowed<
  Written<Schemas['FindingJson']>,
  {
    severity: Severity;
    confidence: Confidence;
    verdict: Verdict | null;
    taint_path: StepJson[];
    counterexample: CounterexampleJson | null;
    contracts: CheckJson[];
    patch: PatchJson | null;
  }
>;

export type FaultJson = Narrowed<
  Written<Schemas['FaultJson']>,
  { kind: 'file' | 'syntax' | 'pack' | 'stage' | 'bound' }
>;

/** `by_severity`: critical, high, medium, low, info. */
export type SummaryJson = Narrowed<
  Written<Schemas['SummaryJson']>,
  { by_severity: [number, number, number, number, number] }
>;

export type ReportJson = Narrowed<
  Written<Schemas['ReportJson']>,
  { findings: FindingJson[]; errors: FaultJson[]; summary: SummaryJson }
>;

type DescribedState = Written<Schemas['StateJson']>;
export type State =
  | Extract<DescribedState, { status: 'queued' }>
  | Narrowed<Extract<DescribedState, { status: 'running' }>, { started_at: string; stage: StageName | null }>
  | Narrowed<Extract<DescribedState, { status: 'completed' }>, { started_at: string; finished_at: string }>
  | Narrowed<Extract<DescribedState, { status: 'failed' }>, { finished_at: string }>
  | Narrowed<Extract<DescribedState, { status: 'cancelled' }>, { finished_at: string }>;

/** What the pages ask for; the server fills in the rest. */
export type ScanOptions = Pick<Schemas['UploadOptions'], 'prove' | 'patch' | 'budget'>;

export type Scan = Filled<
  Written<Schemas['ScanJson']>,
  {
    created_at: string;
    state: State;
    options: ScanOptions;
    summary: SummaryJson | null;
    errors: FaultJson[];
  }
>;
export type ScanList = Filled<Written<Schemas['ScanList']>, { scans: Scan[] }>;

export type Triage = Narrowed<Written<Schemas['TriageJson']>, { state: TriageState }>;
export type TriageChange = Narrowed<Schemas['TriageRequest'], { state: TriageState }>;

export type FindingRow = Narrowed<
  Written<Schemas['FindingRow']>,
  {
    severity: Severity;
    confidence: Confidence;
    verdict: Verdict | null;
    replay: Replay | null;
    patch: PatchStatus | null;
    triage: Triage;
  }
>;

export type FacetName =
  'severity' | 'confidence' | 'cwe' | 'owasp' | 'rule' | 'path' | 'verdict' | 'state' | 'patch';
export type Facets = Record<FacetName, Record<string, number>>;

/** Facets and the total are told on the first page only. */
export type FindingPage = Narrowed<
  Written<Schemas['FindingPage']>,
  { findings: FindingRow[]; facets: Facets | null }
>;

/** The description leaves out what is added to a finding of a scan. */
export type FindingDetail = FindingJson & {
  id: number;
  triage: Triage;
  history: Triage[];
  owasp: string[];
  previous: number | null;
  next: number | null;
};

/** The description has no path with slashes, and so not this answer. */
export interface SourceText {
  path: string;
  text: string;
}

export type Comparison = Narrowed<
  Written<Schemas['Comparison']>,
  {
    new: FindingRow[];
    persisting: FindingRow[];
    fixed: FindingRow[];
    reopened: FindingRow[];
    unknown: FindingRow[];
  }
>;

export interface TrendPoint {
  scan: string;
  created_at: string;
  open: Record<Severity, number>;
}
export type Trend = Filled<Schemas['Trend'], { points: TrendPoint[] }>;

type Graded = { severity: Severity; confidence: Confidence };
export type RuleEntry = Narrowed<
  Omit<Written<Schemas['RuleJson']>, 'description' | 'examples' | 'no_fix_reason'>,
  Graded
>;
export type RuleDetail = RuleEntry & {
  description: NonNullable<Schemas['RuleJson']['description']>;
  examples?: Schemas['ExamplesJson'];
  no_fix_reason?: string;
};

export type PluginEntry = Narrowed<Schemas['PluginJson'], { kind: 'stage' | 'pack' }>;

export type ProveRequest = Schemas['ProveRequest'];
export type ContractJson = Narrowed<
  Written<Schemas['ContractJson']>,
  {
    verdict: Verdict;
    counterexample: CallJson | null;
    models: Record<string, 'exact' | 'over' | 'unmodelled'>;
    replay: Replay;
  }
>;
export type VerificationJson = Narrowed<
  Written<Schemas['VerificationJson']>,
  { contracts: ContractJson[]; errors: FaultJson[] }
>;

type Origin = 'default' | 'environment' | 'argument' | 'file';
export type SystemJson = Narrowed<
  Written<Schemas['SystemJson']>,
  {
    parts: Narrowed<Schemas['PartJson'], { status: PartStatus }>[];
    settings: Narrowed<Schemas['SettingJson'], { origin: Origin }>[];
  }
>;
export type BackEnd = Narrowed<Written<Schemas['BackEndJson']>, { state: BackEndState }>;

export type Sample = Schemas['Sample'];

export type AnalyzeResponse = Pick<Schemas['AnalyzeResponse'], 'errors' | 'execution_time'> & {
  vulnerabilities: { finding: FindingJson }[];
};

/** RFC 9457; where the server cannot be reached the pages write one themselves. */
export type Problem = Partial<Schemas['Problem']> & Pick<Schemas['Problem'], 'title' | 'status'>;

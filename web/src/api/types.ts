// The HTTP API's JSON types. Invariant: names and shapes are the server's, field by field.

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';
export type Confidence = 'high' | 'medium' | 'low';
export type Verdict = 'refuted' | 'proved' | 'bounded' | 'unknown';
export type Replay = 'confirmed' | 'diverged' | 'unavailable' | 'not-run';
export type PatchStatus = 'verified' | 'bounded' | 'unverified' | 'unavailable';
export type TriageState = 'open' | 'confirmed' | 'false-positive' | 'accepted-risk' | 'fixed';
export type StageName = 'scanner' | 'speculator' | 'symbot' | 'patcher';

export interface Region {
  line: number;
  column: number;
  end_line: number;
  end_column: number;
}

export interface StepJson extends Region {
  kind: 'source' | 'step' | 'sink';
  path: string;
  message: string;
}

export interface BindingJson {
  name: string;
  value: string;
}

export interface CounterexampleJson {
  call: string;
  bindings: BindingJson[];
  sink_value: string;
  injected: [number, number][];
  explanation: string;
  replay: Replay;
  replay_detail: string | null;
}

export interface CheckJson {
  function: string;
  contract: string;
  verdict: Verdict;
  counterexample: CounterexampleJson | null;
  reason: string | null;
  bounds: string[];
  paths: number;
  ms: number;
}

export interface GateCheckJson {
  check: string;
  passed: boolean;
  outcome: 'passed' | 'failed' | 'not-run';
  detail: string;
}

export interface PatchJson {
  status: PatchStatus;
  verified: boolean;
  title: string | null;
  author: string | null;
  diff: string | null;
  checks: GateCheckJson[];
  attempts: number;
  reason: string | null;
}

export interface FindingJson extends Region {
  fingerprint: string;
  rule_id: string;
  pack: string;
  cwe: string;
  cwe_name: string | null;
  severity: Severity;
  confidence: Confidence;
  path: string;
  function: string | null;
  title: string;
  message: string;
  snippet: string;
  taint_path: StepJson[];
  verdict: Verdict | null;
  counterexample: CounterexampleJson | null;
  contracts: CheckJson[];
  patch: PatchJson | null;
}

export interface FaultJson {
  kind: 'file' | 'syntax' | 'pack' | 'stage' | 'bound';
  path: string | null;
  line: number | null;
  column: number | null;
  message: string;
}

export interface SummaryJson {
  files: number;
  analysed: number;
  lines: number;
  bytes: number;
  findings: number;
  /** Critical, high, medium, low, info. */
  by_severity: [number, number, number, number, number];
  refuted: number;
  proved_safe: number;
  patches_verified: number;
  duration_ms: number;
}

export interface ReportJson {
  version: string;
  findings: FindingJson[];
  errors: FaultJson[];
  complete: boolean;
  summary: SummaryJson;
}

export type State =
  | { status: 'queued'; position: number }
  | { status: 'running'; started_at: string; stage: StageName | null; done: number; total: number }
  | { status: 'completed'; started_at: string; finished_at: string; complete: boolean }
  | { status: 'failed'; finished_at: string; error: string }
  | { status: 'cancelled'; finished_at: string };

export interface ScanOptions {
  prove: boolean;
  patch: boolean;
  budget: number;
}

export interface Scan {
  id: string;
  name: string | null;
  created_at: string;
  state: State;
  options: ScanOptions;
  files: number;
  bytes: number;
  summary: SummaryJson | null;
  errors: FaultJson[];
  code: { kept: boolean; until: string | null };
}

export interface ScanList {
  scans: Scan[];
  next: string | null;
}

export interface Triage {
  state: TriageState;
  reason: string | null;
  expires: string | null;
  changed_at: string | null;
}

export interface FindingRow {
  id: number;
  fingerprint: string;
  rule_id: string;
  pack: string;
  cwe: string;
  cwe_name: string | null;
  severity: Severity;
  confidence: Confidence;
  path: string;
  line: number;
  column: number;
  function: string | null;
  title: string;
  message: string;
  verdict: Verdict | null;
  replay: Replay | null;
  patch: PatchStatus | null;
  triage: Triage;
}

export type FacetName =
  'severity' | 'confidence' | 'cwe' | 'owasp' | 'rule' | 'path' | 'verdict' | 'state' | 'patch';

export type Facets = Record<FacetName, Record<string, number>>;

export interface FindingPage {
  findings: FindingRow[];
  /** Told on the first page only. */
  total: number | null;
  next: string | null;
  facets?: Facets;
}

export interface FindingDetail extends FindingJson {
  id: number;
  triage: Triage;
  history: Triage[];
  owasp: string[];
  previous: number | null;
  next: number | null;
}

export interface FileEntry {
  path: string;
  bytes: number;
  lines: number;
  findings: number;
}

export interface SourceText {
  path: string;
  text: string;
}

export interface Comparison {
  new: FindingRow[];
  persisting: FindingRow[];
  fixed: FindingRow[];
  reopened: FindingRow[];
  unknown: FindingRow[];
}

export interface TrendPoint {
  scan: string;
  created_at: string;
  open: Record<Severity, number>;
}

export interface RuleEntry {
  id: string;
  pack: string;
  title: string;
  cwe: string;
  cwe_name: string | null;
  owasp: string[];
  severity: Severity;
  confidence: Confidence;
  has_contract: boolean;
  has_fix: boolean;
  summary: string;
}

export interface RuleDetail extends RuleEntry {
  description: string;
  examples?: { bad?: string; good?: string };
}

export interface PluginEntry {
  name: string;
  kind: 'stage' | 'pack';
  version: string;
  digest: string;
  imports: string[];
  rules: number;
}

export interface CallJson extends CounterexampleJson {
  args: string[];
  kwargs: Record<string, string>;
  returns_or_raises: string | null;
}

export interface ContractJson extends Region {
  file: string;
  kind: string;
  rule_id: string | null;
  function: string;
  contract: string;
  verdict: Verdict;
  counterexample: CallJson | null;
  reason: string | null;
  bounds: string[];
  paths: number;
  path: number[];
  models: Record<string, 'exact' | 'over' | 'unmodelled'>;
  rlimit: number;
  ms: number;
  replay: Replay;
}

export interface VerificationJson {
  version: string;
  contracts: ContractJson[];
  errors: FaultJson[];
}

export type PartStatus = 'ok' | 'degraded' | 'down' | 'off';

export interface SystemJson {
  version: string;
  uptime_s: number;
  parts: { name: string; status: PartStatus; detail: string | null }[];
  settings: { name: string; value: string; origin: 'default' | 'environment' | 'argument' | 'file' }[];
  llm: { configured: boolean; tiers: unknown[] };
}

export interface Sample {
  name: string;
  files: { path: string; content: string }[];
}

export interface AnalyzeResponse {
  vulnerabilities: { finding: FindingJson }[];
  errors: string[];
  execution_time: number;
}

/** RFC 9457. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  errors?: { pointer: string; detail: string }[];
}

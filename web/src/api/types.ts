// The HTTP API's JSON types, from the server's own description. Invariant: each type is the described one; what is narrowed
// says why.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Severity = Schemas['SeverityWord'];
export type Confidence = Schemas['ConfidenceWord'];
export type Verdict = Schemas['VerdictWord'];
export type Replay = Schemas['ReplayWord'];
export type PatchStatus = Schemas['PatchWord'];
export type TriageState = Schemas['TriageWord'];
export type StageName = Schemas['StageWord'];
export type PartStatus = Schemas['PartWord'];
export type BackEndState = Schemas['BackEndWord'];

export type Region = Schemas['Region'];
export type StepJson = Schemas['StepJson'];
export type BindingJson = Schemas['BindingJson'];
export type CounterexampleJson = Schemas['CounterexampleJson'];
export type CallJson = Schemas['CallJson'];
export type CheckJson = Schemas['CheckJson'];
export type GateCheckJson = Schemas['GateCheckJson'];
export type PatchJson = Schemas['PatchJson'];
export type FindingJson = Schemas['FindingJson'];
export type FaultJson = Schemas['FaultJson'];
/** `by_severity`: critical, high, medium, low, info. */
export type SummaryJson = Schemas['SummaryJson'];
export type ReportJson = Schemas['ReportJson'];

export type State = Schemas['StateJson'];
/** What the pages ask for; the server fills in the rest. */
export type ScanOptions = Pick<Schemas['UploadOptions'], 'prove' | 'patch' | 'budget'>;
export type Scan = Schemas['ScanJson'];
export type ScanList = Schemas['ScanList'];

export type Triage = Schemas['TriageJson'];
export type TriageChange = Schemas['TriageRequest'];
export type FindingRow = Schemas['FindingRow'];
export type FindingDetail = Schemas['FindingDetail'];
export type FacetName =
  'severity' | 'confidence' | 'cwe' | 'owasp' | 'rule' | 'path' | 'verdict' | 'state' | 'patch';
/** The description has any name where the server gives these. */
export type Facets = Record<FacetName, Record<string, number>>;
/** Facets and the total are told on the first page only. */
export type FindingPage = Omit<Schemas['FindingPage'], 'facets'> & { facets: Facets | null };

export type SourceText = Schemas['FileText'];
export type Comparison = Schemas['Comparison'];
export type TrendPoint = Schemas['TrendPointJson'];
export type Trend = Schemas['Trend'];

export type RuleEntry = Omit<Schemas['RuleJson'], 'description' | 'examples' | 'no_fix_reason'>;
/** One rule asked for alone has its description. */
export type RuleDetail = Schemas['RuleJson'] & Required<Pick<Schemas['RuleJson'], 'description'>>;
export type PluginEntry = Schemas['PluginJson'];
export type PluginCost = Schemas['CostJson'];

export type ProveRequest = Schemas['ProveRequest'];
export type ContractJson = Schemas['ContractJson'];
export type VerificationJson = Schemas['VerificationJson'];

export type SystemJson = Schemas['SystemJson'];
export type BackEnd = Schemas['BackEndJson'];
export type Sample = Schemas['Sample'];

/** The page reads only this much of the answer. */
export type AnalyzeResponse = Pick<Schemas['AnalyzeResponse'], 'errors' | 'execution_time'> & {
  vulnerabilities: { finding: FindingJson }[];
};

/** RFC 9457; where the server cannot be reached the pages write one themselves. */
export type Problem = Partial<Schemas['Problem']> & Pick<Schemas['Problem'], 'title' | 'status'>;

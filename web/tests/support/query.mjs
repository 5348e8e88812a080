// Filters, facets, order and paging of findings in the stand-in server. Invariant: it follows the API's description and
// shares no code with the pages that it checks.
const RANKS = {
  severity: ['critical', 'high', 'medium', 'low', 'info'],
  confidence: ['high', 'medium', 'low'],
  verdict: ['refuted', 'unknown', 'bounded', 'none', 'proved'],
};

const FIELDS = {
  severity: (finding) => [finding.severity],
  confidence: (finding) => [finding.confidence],
  cwe: (finding) => [finding.cwe],
  owasp: (finding) => finding.owasp,
  rule: (finding) => [finding.rule_id],
  path: (finding) => [finding.path.includes('/') ? `${finding.path.split('/')[0]}/` : finding.path],
  verdict: (finding) => [finding.verdict ?? 'none'],
  state: (finding) => [finding.triage.state],
  patch: (finding) => [finding.patch?.status ?? 'none'],
};

export function rowOf(finding) {
  const names = [
    ...['id', 'fingerprint', 'rule_id', 'pack', 'cwe', 'cwe_name', 'severity', 'confidence', 'path', 'line'],
    ...['column', 'function', 'title', 'message', 'verdict', 'triage'],
  ];
  const row = Object.fromEntries(names.map((name) => [name, finding[name]]));
  return { ...row, replay: finding.counterexample?.replay ?? null, patch: finding.patch?.status ?? null };
}

function passes(finding, name, wanted) {
  if (wanted.length === 0) {
    return name !== 'verdict' || finding.verdict !== 'proved';
  }
  if (name === 'path') {
    return wanted.some((prefix) => finding.path.startsWith(prefix));
  }
  return FIELDS[name](finding).some((value) => wanted.includes(value));
}

export function select(findings, params) {
  const names = Object.keys(FIELDS);
  const wanted = Object.fromEntries(names.map((name) => [name, params.getAll(name)]));
  const words = (params.get('q') ?? '').toLowerCase();
  const facets = Object.fromEntries(names.map((name) => [name, {}]));
  const chosen = [];
  for (const finding of findings) {
    const text = [finding.title, finding.message, finding.path, finding.rule_id, finding.function].join('\n');
    if (!text.toLowerCase().includes(words)) {
      continue;
    }
    const failed = names.filter((name) => !passes(finding, name, wanted[name]));
    if (failed.length === 0) {
      chosen.push(finding);
    }
    for (const name of names) {
      if (failed.every((each) => each === name)) {
        for (const value of FIELDS[name](finding)) {
          facets[name][value] = (facets[name][value] ?? 0) + 1;
        }
      }
    }
  }
  const sort = params.get('sort') ?? 'severity';
  const key = sort.replace('-', '');
  const sign = sort.startsWith('-') ? -1 : 1;
  const rank = (finding) => {
    if (key === 'path') {
      return 0;
    }
    return key === 'rule' ? finding.rule_id : RANKS[key].indexOf(FIELDS[key](finding)[0]);
  };
  const keyed = chosen.map((finding) => ({ finding, rank: rank(finding) }));
  const order = (a, b) => (a < b ? -1 : Number(a > b));
  keyed.sort(
    (a, b) =>
      sign *
      (order(a.rank, b.rank) || order(a.finding.path, b.finding.path) || a.finding.line - b.finding.line),
  );
  return { findings: keyed.map((each) => each.finding), facets };
}

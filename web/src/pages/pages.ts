// Which page an address shows. Invariant: every address has a page; unknown ones have the page that says so.
import type { Component } from 'svelte';

export interface Page {
  /** Pages with the same key keep their state. */
  key: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each page has properties of its own
  load: () => Promise<{ default: Component<any> }>;
  props: Record<string, unknown>;
}

const loaders = {
  newScan: () => import('./NewScanPage.svelte'),
  scans: () => import('./ScansPage.svelte'),
  scan: () => import('./ScanPage.svelte'),
  finding: () => import('./FindingPage.svelte'),
  compare: () => import('./ComparePage.svelte'),
  prove: () => import('./ProverPage.svelte'),
  rules: () => import('./RulesPage.svelte'),
  rule: () => import('./RulePage.svelte'),
  sarif: () => import('./SarifPage.svelte'),
  plugins: () => import('./PluginsPage.svelte'),
  system: () => import('./SystemPage.svelte'),
  notFound: () => import('./NotFoundPage.svelte'),
};

function page(name: keyof typeof loaders, props: Record<string, unknown> = {}, key: string = name): Page {
  return { key, load: loaders[name], props };
}

export function pageFor(segments: readonly string[]): Page {
  const [root, id, part, other] = segments;
  if (root === undefined) {
    return page('newScan');
  }
  if (root === 'scans' && id === undefined) {
    return page('scans');
  }
  if (root === 'scans' && id !== undefined && part === undefined) {
    return page('scan', { id }, `scan/${id}`);
  }
  if (root === 'scans' && part === 'findings' && /^\d+$/.test(other ?? '')) {
    return page('finding', { scan: id, id: Number(other) }, `finding/${id}`);
  }
  if (root === 'scans' && part === 'compare' && other !== undefined) {
    return page('compare', { id, base: other }, `compare/${id}/${other}`);
  }
  if (root === 'rules' && id !== undefined) {
    return page('rule', { id }, `rule/${id}`);
  }
  if (root === 'sarif') {
    return page('sarif', { id: part !== undefined && id === 'findings' ? Number(part) : null });
  }
  if (root === 'rules' || root === 'prove' || root === 'plugins' || root === 'system') {
    return page(root);
  }
  return page('notFound');
}

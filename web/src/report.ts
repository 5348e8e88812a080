// Starts the single-file report. Invariant: its data is the JSON in the page; nothing is loaded.
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/code.css';
import type { ReportJson } from './api/types';
import { theme } from './lib/theme.svelte';
import ReportApp from './ReportApp.svelte';

export type ReportData = ReportJson & { sources: Record<string, string> };

function readReport(): ReportData | null {
  try {
    const data = JSON.parse(document.getElementById('report')?.textContent ?? '') as Partial<ReportData>;
    return data.findings && data.summary ? { sources: {}, ...(data as ReportJson) } : null;
  } catch {
    return null;
  }
}

theme.apply();
const target = document.getElementById('app');
if (target) {
  mount(ReportApp, { target, props: { report: readReport() } });
}

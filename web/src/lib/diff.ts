// Reads unified diffs. Invariant: each line of a hunk becomes one row, in order, with its line numbers on both sides.

export type DiffLine =
  | { kind: 'context'; old: number; new: number; text: string }
  | { kind: 'removed'; old: number; text: string; changed: Range | null }
  | { kind: 'added'; new: number; text: string; changed: Range | null };

export interface Range {
  from: number;
  to: number;
}

export interface Hunk {
  header: string;
  lines: DiffLine[];
}

export interface FileDiff {
  path: string;
  hunks: Hunk[];
}

export interface SplitRow {
  left: DiffLine | null;
  right: DiffLine | null;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;

export function parseDiff(text: string): FileDiff[] {
  const files: FileDiff[] = [];
  const lines = text.split('\n');
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const hunk = HUNK.exec(line);
    if (line.startsWith('+++ ')) {
      files.push({ path: line.slice(4).split('\t')[0]?.replace(/^b\//, '') ?? '', hunks: [] });
    } else if (hunk) {
      at = readHunk(lines, at, hunk, files.at(-1)?.hunks ?? []);
      continue;
    }
    at += 1;
  }
  return files;
}

function readHunk(lines: string[], start: number, match: RegExpExecArray, hunks: Hunk[]): number {
  let oldLine = Number(match[1]);
  let newLine = Number(match[3]);
  let oldLeft = Number(match[2] ?? 1);
  let newLeft = Number(match[4] ?? 1);
  const rows: DiffLine[] = [];
  let at = start + 1;
  while (at < lines.length && (oldLeft > 0 || newLeft > 0)) {
    const line = lines[at] ?? '';
    const text = line.slice(1).replace(/\r$/, '');
    if (line.startsWith('-')) {
      rows.push({ kind: 'removed', old: oldLine++, text, changed: null });
      oldLeft -= 1;
    } else if (line.startsWith('+')) {
      rows.push({ kind: 'added', new: newLine++, text, changed: null });
      newLeft -= 1;
    } else if (!line.startsWith('\\')) {
      rows.push({ kind: 'context', old: oldLine++, new: newLine++, text });
      oldLeft -= 1;
      newLeft -= 1;
    }
    at += 1;
  }
  markChanges(rows);
  hunks.push({ header: (match[5] ?? '').trim(), lines: rows });
  return at;
}

/** Pairs the n-th removed line of a run with its n-th added line and marks what differs between them. */
function markChanges(rows: DiffLine[]): void {
  for (const { removed, added } of runs(rows)) {
    const count = Math.min(removed.length, added.length);
    for (let index = 0; index < count; index += 1) {
      const [old, fresh] = [removed[index], added[index]];
      if (old?.kind === 'removed' && fresh?.kind === 'added') {
        [old.changed, fresh.changed] = changedRanges(old.text, fresh.text);
      }
    }
  }
}

function runs(rows: DiffLine[]): { removed: DiffLine[]; added: DiffLine[] }[] {
  const found: { removed: DiffLine[]; added: DiffLine[] }[] = [];
  let run = { removed: [] as DiffLine[], added: [] as DiffLine[] };
  for (const row of rows) {
    if (row.kind === 'added') {
      run.added.push(row);
    } else if (row.kind === 'removed' && run.added.length === 0) {
      run.removed.push(row);
    } else {
      found.push(run);
      run = { removed: row.kind === 'removed' ? [row] : [], added: [] };
    }
  }
  found.push(run);
  return found;
}

/** Gives what is left of two lines without their common beginning and end; null where hardly anything is common. */
export function changedRanges(old: string, fresh: string): [Range | null, Range | null] {
  let from = 0;
  const shorter = Math.min(old.length, fresh.length);
  while (from < shorter && old[from] === fresh[from]) {
    from += 1;
  }
  let end = 0;
  while (end < shorter - from && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) {
    end += 1;
  }
  const indent = /^\s*/.exec(old)?.[0].length ?? 0;
  if (Math.max(0, from - indent) + end < shorter / 4) {
    return [null, null];
  }
  return [
    { from, to: old.length - end },
    { from, to: fresh.length - end },
  ];
}

/** Lays a hunk out in two columns. */
export function sideBySide(hunk: Hunk): SplitRow[] {
  const rows: SplitRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      rows.push({ left: removed[index] ?? null, right: added[index] ?? null });
    }
    removed = [];
    added = [];
  };
  for (const line of hunk.lines) {
    if (line.kind === 'context') {
      flush();
      rows.push({ left: line, right: line });
    } else if (line.kind === 'added') {
      added.push(line);
    } else {
      if (added.length > 0) {
        flush();
      }
      removed.push(line);
    }
  }
  flush();
  return rows;
}

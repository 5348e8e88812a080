// The SARIF file that is open. Invariant: it and the source files beside it are read in the browser only.
import { readSarif } from './sarif';
import { LocalSource } from './local_source';
import type { FindingSource, SourceFile } from './source';

export const HOME = ['sarif'] as const;

class SarifSource extends LocalSource {
  readonly #files: readonly File[];

  constructor(log: ReturnType<typeof readSarif>, files: readonly File[]) {
    super(HOME, log.findings, log.sources);
    this.#files = files;
  }

  override async file(path: string): Promise<SourceFile> {
    const held = await super.file(path);
    const file = held.kind === 'text' ? undefined : bestMatch(this.#files, path);
    if (file !== undefined) {
      return { kind: 'text', text: await file.text() };
    }
    return held.kind === 'text'
      ? held
      : {
          kind: 'gone',
          reason: 'The SARIF file does not hold this file’s text. Add its source folder to see it.',
        };
  }
}

/** Finds the file whose path ends like the wanted one, by most path parts. */
function bestMatch(files: readonly File[], path: string): File | undefined {
  const wanted = path.split('/').reverse();
  let best: { file: File; parts: number } | undefined;
  for (const file of files) {
    const parts = (file.webkitRelativePath || file.name).split('/').reverse();
    let same = 0;
    while (same < wanted.length && parts[same] === wanted[same]) {
      same += 1;
    }
    if (same > 0 && same > (best?.parts ?? 0)) {
      best = { file, parts: same };
    }
  }
  return best?.file;
}

class SarifFile {
  name = $state('');
  tools = $state.raw<string[]>([]);
  count = $state(0);
  source = $state.raw<FindingSource | null>(null);
  problem = $state('');
  #log: ReturnType<typeof readSarif> | null = null;

  async open(file: File): Promise<void> {
    this.problem = '';
    try {
      const log = readSarif(await file.text());
      this.#log = log;
      this.name = file.name;
      this.tools = log.tools;
      this.count = log.findings.length;
      this.source = new SarifSource(log, []);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  addSources(files: readonly File[]): void {
    if (this.#log !== null) {
      this.source = new SarifSource(this.#log, files);
    }
  }

  close(): void {
    this.#log = null;
    this.source = null;
    this.name = '';
  }
}

export const sarifFile = new SarifFile();

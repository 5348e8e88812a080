// Files that a person chooses or drops. Invariant: of a folder only Python files are taken, and each keeps its path.

export interface Upload {
  path: string;
  file: File;
}

const ARCHIVE = /\.(zip|tar|tar\.gz|tgz)$/i;
const PYTHON = /\.pyi?$/i;
const SKIPPED = /(^|\/)(\.git|\.hg|\.venv|venv|node_modules|__pycache__|\.tox|\.mypy_cache)\//;

export const ACCEPTED = '.py,.pyi,.zip,.tar,.tgz,.gz';

/** Says whether a file inside a folder is worth uploading. */
export function isPython(path: string): boolean {
  return PYTHON.test(path) && !SKIPPED.test(path);
}

export function isArchive(path: string): boolean {
  return ARCHIVE.test(path);
}

/** Files from a file input; with a folder input each knows its path in the folder. */
export function fromInput(list: FileList): Upload[] {
  return [...list].flatMap((file) => {
    const path = file.webkitRelativePath || file.name;
    return isPython(path) || (file.webkitRelativePath === '' && isArchive(path)) ? [{ path, file }] : [];
  });
}

/** Files and folders from a drop. */
export async function fromDrop(data: DataTransfer): Promise<Upload[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) {
    return fromInput(data.files);
  }
  const found: Upload[] = [];
  for (const entry of entries) {
    await walk(entry, '', found);
  }
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: Upload[]): Promise<void> {
  const path = folder + entry.name;
  if (entry.isFile) {
    if (isPython(path) || (folder === '' && isArchive(path))) {
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      found.push({ path, file });
    }
    return;
  }
  if (SKIPPED.test(`${path}/`)) {
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A directory reader gives its entries in portions, and an empty one at the end.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (portion.length === 0) {
      return;
    }
    for (const child of portion) {
      await walk(child, `${path}/`, found);
    }
  }
}

/** Adds files; one with the same path replaces the earlier one. */
export function merge(before: readonly Upload[], added: readonly Upload[]): Upload[] {
  const paths = new Set(added.map((upload) => upload.path));
  return [...before.filter((upload) => !paths.has(upload.path)), ...added];
}

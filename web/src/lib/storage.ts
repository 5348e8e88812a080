// Settings of this browser. Invariant: closed storage, as some browsers have it for files on disk, is no error.

export function recall(slot: string, place: 'local' | 'session' = 'local'): string | null {
  try {
    return storageOf(place).getItem(slot);
  } catch {
    return null;
  }
}

export function store(slot: string, value: string, place: 'local' | 'session' = 'local'): void {
  try {
    storageOf(place).setItem(slot, value);
  } catch {
    // The setting then holds for this page only.
  }
}

function storageOf(place: 'local' | 'session'): Storage {
  return place === 'local' ? localStorage : sessionStorage;
}

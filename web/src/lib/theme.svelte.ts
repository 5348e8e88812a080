// The colour theme. Invariant: without a choice of the person the system's theme holds.

export type Theme = 'system' | 'light' | 'dark';
const SLOT = 'securecode-theme';

class ThemeChoice {
  value = $state<Theme>(readTheme());

  apply(): void {
    if (this.value === 'system') {
      delete document.documentElement.dataset['theme'];
    } else {
      document.documentElement.dataset['theme'] = this.value;
    }
  }

  /** Goes on from the system's theme to light to dark. */
  next(): void {
    this.value = this.value === 'system' ? 'light' : this.value === 'light' ? 'dark' : 'system';
    store(SLOT, this.value);
    this.apply();
  }
}

function readTheme(): Theme {
  const kept = recall(SLOT);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Reads a setting; storage may be closed, as it is for files on disk. */
export function recall(slot: string): string | null {
  try {
    return localStorage.getItem(slot);
  } catch {
    return null;
  }
}

export function store(slot: string, value: string): void {
  try {
    localStorage.setItem(slot, value);
  } catch {
    // The setting then holds for this page only.
  }
}

export const theme = new ThemeChoice();

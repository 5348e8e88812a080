// The colour theme. Invariant: without a choice of the person the system's theme holds.

import { recall, store } from './storage';

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

export const theme = new ThemeChoice();

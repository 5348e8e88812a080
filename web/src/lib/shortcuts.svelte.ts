// Single-key shortcuts. Invariant: no key is taken while a person types, while a dialog is open, with a modifier, or
// when shortcuts are switched off.
import { recall, store } from './storage';

const SLOT = 'securecode-shortcuts';

class Shortcuts {
  isOn = $state(recall(SLOT) !== 'off');
  isHelpOpen = $state(false);

  set(isOn: boolean): void {
    this.isOn = isOn;
    store(SLOT, isOn ? 'on' : 'off');
  }
}

export const shortcuts = new Shortcuts();

/** Calls the key's action and keeps the browser from using the key. */
export function handleKey(event: KeyboardEvent, actions: Record<string, () => void>): void {
  const target = event.target as HTMLElement | null;
  const isTyping = target?.closest(
    'input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable="true"]',
  );
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (
    !shortcuts.isOn ||
    isTyping ||
    hasModifier ||
    event.defaultPrevented ||
    document.querySelector('dialog[open]')
  ) {
    return;
  }
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
}

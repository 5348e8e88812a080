// Syntax colours that come when they are ready. Invariant: code is shown at once, and coloured as soon as the
// highlighter has been loaded.
import type { Token } from './code_layout';

type Highlight = (text: string) => Token[][];

let loaded = $state.raw<Highlight | null>(null);
let isLoading = false;

/** Gives the tokens of each line; none while the highlighter is being loaded. */
export function tokensOf(text: string, path: string): Token[][] {
  if (!/\.pyi?$/.test(path)) {
    return [];
  }
  if (!isLoading) {
    isLoading = true;
    void import('./highlight').then((module) => {
      loaded = module.highlightPython;
    });
  }
  return loaded === null ? [] : loaded(text);
}

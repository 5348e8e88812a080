// The API key of this tab. Invariant: it is kept for the tab's life only and sent to this server alone.
import { recall, store } from '../lib/storage';

const SLOT = 'securecode-api-key';

class ApiKey {
  isAsked = $state(false);
  wasRefused = $state(false);
  #value: string | null = recall(SLOT, 'session');
  #waiting: (() => void)[] = [];

  headers(): Record<string, string> {
    return this.#value === null ? {} : { authorization: `Bearer ${this.#value}` };
  }

  /** Waits until a person has entered a key. */
  ask(): Promise<void> {
    this.wasRefused = this.#value !== null;
    this.isAsked = true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  set(value: string): void {
    this.#value = value;
    store(SLOT, value, 'session');
    this.isAsked = false;
    this.#waiting.splice(0).forEach((resolve) => resolve());
  }
}

export const apiKey = new ApiKey();

// Data that is loaded when what it depends on changes. Invariant: an answer to an outdated question is dropped.

export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);
  isLoading = $state(true);
  #version = $state(0);

  /** Must be made while a component starts; `load` runs again when the state that it reads changes. */
  constructor(load: (signal: AbortSignal) => Promise<T>) {
    $effect(() => {
      void this.#version;
      const controller = new AbortController();
      this.isLoading = true;
      load(controller.signal).then(
        (value) => {
          if (!controller.signal.aborted) {
            this.value = value;
            this.error = null;
            this.isLoading = false;
          }
        },
        (error: unknown) => {
          if (!controller.signal.aborted) {
            this.error = error;
            this.isLoading = false;
          }
        },
      );
      return () => controller.abort();
    });
  }

  reload(): void {
    this.#version += 1;
  }
}

// The current page. Invariant: `router.place` always agrees with the address bar.
import { hrefOf, parseHash, type Place } from './location';

class Router {
  place = $state.raw<Place>(parseHash(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.place = parseHash(location.hash);
    });
  }

  /** Goes to another page. */
  go(segments: readonly (string | number)[], query?: URLSearchParams): void {
    location.hash = hrefOf(segments, query);
  }

  /** Changes the query of this page, without a step in the history. */
  setQuery(query: URLSearchParams): void {
    history.replaceState(history.state, '', hrefOf(this.place.segments, query));
    this.place = parseHash(location.hash);
  }
}

export const router = new Router();

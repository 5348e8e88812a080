// Errors of the API as a class. Invariant: every failed request becomes one `ApiError` with a sentence to show.
import type { Problem } from './types';

export class ApiError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfterS: number | null = null,
  ) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiError';
  }

  get status(): number {
    return this.problem.status;
  }

  /** Reads a response that is not in the 200s. */
  static async from(response: Response): Promise<ApiError> {
    const fallback: Problem = {
      title: response.statusText || `The server answered ${response.status}.`,
      status: response.status,
    };
    const retry = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
    let problem = fallback;
    if (/json/.test(response.headers.get('content-type') ?? '')) {
      const body = (await response.json().catch(() => ({}))) as Partial<Problem>;
      problem = { ...fallback, ...body, status: response.status };
    }
    return new ApiError(problem, Number.isNaN(retry) ? null : retry);
  }

  static unreachable(): ApiError {
    return new ApiError({
      title: 'The server cannot be reached.',
      status: 0,
      detail: 'The server cannot be reached. It may have been stopped, or the connection is gone.',
    });
  }
}

/** Gives the sentence that a person sees. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) {
    return error.message;
  }
  return String(error);
}

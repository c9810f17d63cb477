import { type ApiRequest, isWrite, matchesSelector, type RequestSelector } from './api-request.ts';

/** An answer that the proxy gives in place of the API server. */
export interface RefusalFault {
  readonly kind: 'refuse';
  readonly status: number;
  /** As a Status has it: `Conflict`, `NotFound`, `Expired`, … */
  readonly reason: string;
  readonly message?: string;
}

/** `cut` ends the request's stream without an answer. */
export type ApiFault = { readonly kind: 'cut' } | RefusalFault;

/** The API server's answer to a request. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Stands in the way of requests. It may take its time, and act on the API server meanwhile, as another actor would.
 * Watches pass it, too; they have no `after`.
 */
export interface Interceptor {
  matches(request: ApiRequest): boolean;
  /** The API server has not seen the request. A fault: it never will. */
  before?(request: ApiRequest): Promise<ApiFault | undefined> | ApiFault | undefined;
  /** The request has been carried out; the client does not know yet. A fault takes the place of the answer. */
  after?(request: ApiRequest, answer: ApiAnswer): Promise<ApiFault | undefined> | ApiFault | undefined;
}

/** What an interceptor does; `matches` apart. */
export type InterceptorHooks = Omit<Interceptor, 'matches'>;

/** An interceptor for requests by their properties. */
export function intercepting(selector: RequestSelector, deed: InterceptorHooks): Interceptor {
  return { ...deed, matches: (request) => matchesSelector(selector, request) };
}

/** An interceptor for the first matching request only. */
export function onlyFirst(interceptor: Interceptor): Interceptor {
  let done = false;
  return {
    ...interceptor,
    matches: (request) => {
      if (done || !interceptor.matches(request)) return false;
      done = true;
      return true;
    },
  };
}

/**
 * An interceptor for the n-th write (from 1), whatever it writes. A write that something else refuses never gets as far as to be
 * carried out: what comes `after` counts only those that were.
 */
export function atWrite(n: number, { before, after }: InterceptorHooks): Interceptor {
  let sent = 0;
  let answered = 0;
  return {
    matches: isWrite,
    before: (request) => (++sent === n ? before?.(request) : undefined),
    after: (request, answer) => (++answered === n ? after?.(request, answer) : undefined),
  };
}

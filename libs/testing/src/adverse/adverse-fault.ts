/** An answer that stands in for the backend's. */
export interface StandInAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What an {@link AdverseProxy} does with a request, in the place of handing it on:
 * - `answer`: answers by itself
 * - `change`: hands it on, and changes the body of the answer, as if the backend had sent it so
 * - `hold`: answers nothing until the fault ends, and hands it on then
 * - `drip`: begins an answer and goes on with a byte now and then, without an end
 * - `cut`: hands it on, and closes the connection in the middle of the answer's body
 * - `endless`: an answer whose body has no end
 * - `bytes`: writes bytes that are no HTTP and closes the connection; no bytes: closes it without an answer
 * - `reset`: ends the connection with a TCP reset
 * - `silence`: connections that were open when the fault began carry nothing any more and stay open (half-open ones); new ones work
 * - `refuse`: nobody listens, whoever asks
 */
export type AdverseFault =
  | ({ readonly kind: 'answer' } & StandInAnswer)
  | { readonly kind: 'change'; readonly change: (body: string) => string }
  | { readonly kind: 'hold' }
  | { readonly kind: 'drip' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'endless' }
  | { readonly kind: 'bytes'; readonly bytes: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'refuse' };

/** A request on its way to the backend. */
export interface AdverseRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

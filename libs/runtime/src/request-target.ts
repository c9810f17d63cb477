/** The parts of a request target in origin form (RFC 9112 §3.2.1). */
export interface RequestTarget {
  /** As it was sent: nothing is decoded, and nothing beside the literal path matches. */
  readonly path: string;
  /** Names of the query's parameters, as they were sent. */
  readonly parameters: ReadonlySet<string>;
}

/**
 * Splits a request target by hand. Whatever a client sends has a result: a URL parser throws at some of what an HTTP parser lets
 * through, `//[` for one.
 */
export function splitTarget(target: string): RequestTarget {
  const at = target.indexOf('?');
  if (at < 0) return { path: target, parameters: new Set() };
  const pairs = target.slice(at + 1).split('&');
  return { path: target.slice(0, at), parameters: new Set(pairs.map((pair) => pair.split('=', 1)[0] ?? '')) };
}

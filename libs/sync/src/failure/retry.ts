/** When a failure is worth another look: by what can mend it. */
import type { ExternalSecret } from '@eso/api/resources';
import { refreshIntervalMs } from '../external-secret/refresh.ts';

/** When to look again without an event; `backoff` begins at 1 s and doubles. */
export type Retry =
  | { readonly kind: 'backoff'; readonly maxMs: number }
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'change' };

/**
 * What can mend a failure. `spec`: what is written in the cluster, found out without reading a backend. `content`: the manifest or
 * what the backend holds, found out after reading it. `absent`: somebody creates what is missing, often soon. `time`: it may pass
 * by itself.
 */
export type Remedy = 'spec' | 'content' | 'absent' | 'time';

/** Codes that are not here may pass by themselves. */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  // The manifest alone is at fault, and each change of it is an event.
  INVALID_SPEC: 'spec',
  NOT_BUILT_YET: 'spec',
  SPEC_TOO_LARGE: 'spec',
  STORE_NOT_NAMED: 'spec',
  // Without the flag nothing changes before the next start, which looks at everything.
  GENERIC_TARGETS_DISABLED: 'spec',
  // Decided by the store's spec and the labels of the namespace, and each change of these is an event, too.
  STORE_NOT_ALLOWED: 'spec',
  // What the backend holds does not go together with what the manifest makes of it.
  KEY_COLLISION: 'content',
  KEY_EMPTY: 'content',
  KEY_INVALID: 'content',
  DECODING_FAILED: 'content',
  NULL_BYTES: 'content',
  INVALID_REGEXP: 'content',
  REGEXP_TOO_LARGE: 'content',
  REWRITE_FAILED: 'content',
  TEMPLATE_INVALID: 'content',
  TEMPLATE_FAILED: 'content',
  DATA_TOO_LARGE: 'content',
  TOO_EXPENSIVE: 'content',
  SECRET_TOO_LARGE: 'content',
  TARGET_TOO_LARGE: 'content',
  VALUE_NOT_TEXT: 'content',
  // The provider understood the request and will answer the same to the next one like it.
  INVALID_REQUEST: 'content',
  UNSUPPORTED: 'content',
  NAMESPACE_NOT_ALLOWED: 'content',
  LIMIT_EXCEEDED: 'content',
  NOT_AN_OBJECT: 'content',
  RESPONSE_TOO_LARGE: 'content',
  // The target is somebody else's, or the API server will not take it as it is.
  TARGET_NOT_OWNED: 'content',
  TARGET_IMMUTABLE: 'content',
  INVALID: 'content',
  TOO_LARGE: 'content',
  NAMESPACE_TERMINATING: 'content',
  // Created in the backend after the ExternalSecret, as often as before it.
  SECRET_NOT_FOUND: 'absent',
  VERSION_NOT_FOUND: 'absent',
  PROPERTY_NOT_FOUND: 'absent',
  // What a template reads; where core may watch it, its coming is an event, too.
  TEMPLATE_SOURCE_NOT_FOUND: 'absent',
  TEMPLATE_KEY_NOT_FOUND: 'absent',
  // The kind may be installed anew, under another scope or with other verbs.
  TARGET_KIND_NOT_ALLOWED: 'absent',
};

/** What is read again because of its content is read this seldom at least, in milliseconds. */
const CONTENT_MS = 600_000;
/** Longest backoff where something is missing, and where it may pass by itself, in milliseconds. */
const ABSENT_MAX_MS = 300_000;
const TIME_MAX_MS = 60_000;

/** What can mend a failure with this code. */
export function remedyFor(code: string): Remedy {
  return REMEDIES[code] ?? 'time';
}

/** When a failed ExternalSecret is looked at again without an event. */
export function retryAfter(code: string, es: Pick<ExternalSecret, 'spec'>): Retry {
  return retryFor(remedyFor(code), refreshIntervalMs(es));
}

/** @param intervalMs the refresh interval; 0 = there is no periodic refresh */
function retryFor(remedy: Remedy, intervalMs: number): Retry {
  switch (remedy) {
    case 'spec':
      return { kind: 'change' };
    case 'content':
      return intervalMs === 0 ? { kind: 'change' } : { kind: 'after', ms: Math.max(intervalMs, CONTENT_MS) };
    case 'absent':
      return { kind: 'backoff', maxMs: ABSENT_MAX_MS };
    case 'time':
      return { kind: 'backoff', maxMs: TIME_MAX_MS };
  }
}

const DAY_MS = 86_400_000;

/** How often a day an object that goes on failing is looked at without an event, once its backoff has grown. */
export function attemptsPerDay(remedy: Remedy, intervalMs: number): number {
  const retry = retryFor(remedy, intervalMs);
  if (retry.kind === 'change') return 0;
  return DAY_MS / (retry.kind === 'after' ? retry.ms : retry.maxMs);
}

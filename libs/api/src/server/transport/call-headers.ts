import type { IncomingHttpHeaders } from 'node:http2';
import { ProviderError } from '../../contract/provider-error.ts';

/** What the headers of a call ask for, or why it is not served. */
export type CallHeaders =
  | { readonly kind: 'call'; readonly timeoutMs: number | undefined }
  | { readonly kind: 'http'; readonly status: 405 | 415 }
  | { readonly kind: 'error'; readonly error: ProviderError };

/** Protobuf alone: JSON's parser tells the client, and a log, what it met. */
const CONTENT_TYPE = /^application\/grpc(?:\+proto)?(?:;|$)/i;
/** gRPC over HTTP/2: at most eight digits and a unit. */
const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
/** Longest time a timer takes; a longer one would end at once. No call lives 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Reads the headers of a call. Nothing that the client sent is in any answer.
 * Source: gRPC over HTTP/2, "Requests"
 */
export function readCallHeaders(headers: IncomingHttpHeaders): CallHeaders {
  if (headers[':method'] !== 'POST') return { kind: 'http', status: 405 };
  if (!CONTENT_TYPE.test(headers['content-type'] ?? '')) return { kind: 'http', status: 415 };
  const encoding = headers['grpc-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return refused(
      'UNSUPPORTED',
      'the request is compressed, which this provider does not read',
      'send it uncompressed',
    );
  const timeout = headers['grpc-timeout'];
  if (timeout === undefined) return { kind: 'call', timeoutMs: undefined };
  const [, digits, unit = ''] = TIMEOUT.exec(String(timeout)) ?? [];
  if (digits === undefined)
    return refused('INVALID_REQUEST', 'the header grpc-timeout is malformed', 'send up to eight digits and a unit');
  return { kind: 'call', timeoutMs: Math.min(Number(digits) * (UNIT_MS[unit] ?? 1), LONGEST_MS) };
}

function refused(code: 'UNSUPPORTED' | 'INVALID_REQUEST', problem: string, nextStep: string): CallHeaders {
  return { kind: 'error', error: new ProviderError(code, problem, { nextStep }) };
}

import type { IncomingHttpHeaders } from 'node:http2';
import { bounded } from '@eso/runtime';
import { type FieldCause, KubeError, type KubeErrorCode } from '../error.ts';
import { refusalCode } from './refusal.ts';

/** The part of a meta/v1 Status that is read. */
interface Status {
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

const CODE_BY_STATUS: Readonly<Record<number, KubeErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'INVALID',
  429: 'TOO_MANY_REQUESTS',
  504: 'TIMEOUT',
};

/** Reasons that say more than their HTTP status (k8s.io/apimachinery meta/v1 StatusReason). */
const CODE_BY_REASON: Readonly<Record<string, KubeErrorCode>> = {
  AlreadyExists: 'ALREADY_EXISTS',
  Expired: 'GONE',
  Gone: 'GONE',
  Timeout: 'TIMEOUT',
  ServerTimeout: 'TIMEOUT',
  TooManyRequests: 'TOO_MANY_REQUESTS',
};

/**
 * The error that an answer with a status of 300 or more stands for.
 * @param request what was asked, for an answer that does not say it: `GET /api/v1/…`
 */
export function errorFromResponse(
  request: string,
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
): KubeError {
  return errorFromStatus(parseStatus(headers, body), { request, status, retryAfterMs: retryAfterMs(headers) });
}

/** The error that the object of a watch event of type ERROR stands for. */
export function errorFromWatchStatus(request: string, object: unknown): KubeError {
  const status = (typeof object === 'object' && object !== null ? object : {}) as Status;
  return errorFromStatus(status, { request, status: status.code ?? 500, retryAfterMs: undefined });
}

function errorFromStatus(
  refusal: Status,
  { request, status, retryAfterMs }: { request: string; status: number; retryAfterMs: number | undefined },
): KubeError {
  const { message, reason, details } = refusal;
  const byReason = reason === undefined ? undefined : CODE_BY_REASON[reason];
  const code =
    refusalCode(refusal, status) ??
    byReason ??
    CODE_BY_STATUS[status] ??
    (status >= 500 ? 'SERVER_ERROR' : 'BAD_REQUEST');
  const askedMs = details?.retryAfterSeconds ? capped(details.retryAfterSeconds) : undefined;
  const waitMs = retryAfterMs ?? askedMs;
  return new KubeError(code, message ?? `the API server answered ${request} with status ${status}`, {
    status,
    causes: (details?.causes ?? []).map(fieldCause),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { said: message }),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  });
}

function fieldCause({ field = '', reason = '', message = '' }: Partial<FieldCause>): FieldCause {
  return { field, reason, message };
}

/** Nobody waits longer than this because of an answer, in milliseconds: the API server itself asks for seconds. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Reads `Retry-After` in whole seconds, which is all that the API server sends; in milliseconds, at most a minute. */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after'];
  return text !== undefined && /^\d+$/.test(text) ? capped(Number(text)) : undefined;
}

function capped(seconds: number): number {
  return Math.min(Math.max(seconds, 0) * 1_000, MAX_RETRY_AFTER_MS);
}

function parseStatus(headers: IncomingHttpHeaders, body: Buffer): Status {
  const type = headers['content-type'] ?? '';
  const text = body.toString();
  if (type.startsWith('text/plain') && text.trim() !== '') return { message: bounded(text.trim(), 256) };
  if (!type.startsWith('application/json')) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // An error all the same: its HTTP status tells which.
    return {};
  }
}

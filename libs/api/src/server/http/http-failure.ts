import { STATUS_CODES } from 'node:http';
import { isError } from '@eso/runtime';
import type { ErrorCode } from '../../contract/codes.ts';
import { type BackendAnswer, ProviderError, type ProviderErrorOptions } from '../../contract/provider-error.ts';
import type { HttpResponse } from './http-message.ts';
import { networkProblem } from './network-problem.ts';

/** What the author knows of the call that failed. */
export interface HttpFailureCall {
  /** `host:port`, where an error does not say it. Default `the backend`. Never a URL: its query may hold anything. */
  readonly host?: string;
  /** What the URL names, in words and as the user wrote it, where that is a secret: `secret kv/app`. A 404 means that it is absent. */
  readonly secret?: string;
  /** Path of the field at fault. */
  readonly field?: string;
  /**
   * What the backend says of it, taken from where nothing secret can stand: its own code, a request id. Without it nothing of a body is
   * shown. What it throws is dropped.
   */
  readonly explain?: (response: HttpResponse) => string | undefined;
}

/**
 * Turns an answer that is no success, or an error of the network, into the error that a backend throws: what was asked, of whom, what came
 * back, and what to do (8.10). An error that is a ProviderError already stays as it is.
 *
 * 401 → CREDENTIALS_REJECTED; 403 → ACCESS_DENIED; 404 → SECRET_NOT_FOUND where `secret` says what is absent, else CONFIG_INVALID; 409 and
 * 412 → CONFLICT; 413 → LIMIT_EXCEEDED; 429 → BACKEND_THROTTLED; 3xx → CONFIG_INVALID; other 4xx → INVALID_REQUEST; 5xx, network, TLS →
 * BACKEND_UNAVAILABLE; a timeout → TIMEOUT; a client certificate that is missing or refused → CREDENTIALS_REJECTED. For the log, the
 * status and the request id of a usual header go with it.
 */
export function httpFailure(failed: unknown, call: HttpFailureCall = {}): ProviderError {
  if (failed instanceof ProviderError) return failed;
  if (isResponse(failed)) return statusFailure(failed, call);
  const { host = 'the backend', field } = call;
  const found = networkProblem(failed) ?? abortProblem(failed);
  // What is thrown in the author's own code is no failure of the network.
  if (!found) return ProviderError.from(failed);
  return new ProviderError(found.code, `${host} ${found.problem}`, {
    nextStep: found.nextStep,
    retryable: found.transient,
    cause: failed,
    ...(field !== undefined && { field }),
  });
}

function abortProblem(
  failed: unknown,
): { code: ErrorCode; problem: string; nextStep: string; transient: boolean } | undefined {
  if (!isError(failed)) return undefined;
  if (failed.name === 'TimeoutError')
    return {
      code: 'TIMEOUT',
      problem: 'did not answer in time',
      nextStep: "check the backend's status",
      transient: true,
    };
  if (failed.name === 'AbortError')
    return { code: 'CANCELED', problem: 'was not waited for', nextStep: 'nothing', transient: false };
  return undefined;
}

interface StatusMeaning {
  readonly code: ErrorCode;
  readonly nextStep?: string;
  readonly retryable?: boolean;
}

const LATER = "check the backend's status";

function statusFailure(response: HttpResponse, call: HttpFailureCall): ProviderError {
  const { status, host, operation, retryAfterMs } = response;
  const meaning = meaningOf(response, call);
  const explained = explanation(response, call);
  const name = STATUS_CODES[status];
  const answer = `${host} answers ${operation} with ${status}${name ? ` ${name}` : ''}`;
  const what = meaning.code === 'SECRET_NOT_FOUND' && call.secret ? `${call.secret} does not exist: ${answer}` : answer;
  const options: ProviderErrorOptions = {
    backend: backendAnswer(response),
    ...(call.field !== undefined && { field: call.field }),
    ...(meaning.nextStep !== undefined && { nextStep: meaning.nextStep }),
    ...(meaning.retryable !== undefined && { retryable: meaning.retryable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return new ProviderError(meaning.code, explained ? `${what} (${explained})` : what, options);
}

/** Headers in which an API says what its operators find a request by. */
const REQUEST_IDS = ['x-request-id', 'request-id', 'x-ms-request-id', 'x-amzn-requestid', 'x-correlation-id'];
/** Anything else in such a header is no id, and may be what does not belong into a log. */
const REQUEST_ID = /^[\w.:+=/-]{1,128}$/;

function backendAnswer({ status, headers }: HttpResponse): BackendAnswer {
  const requestId = REQUEST_IDS.map((name) => headers[name]).find(
    (id) => typeof id === 'string' && REQUEST_ID.test(id),
  );
  return { code: `HTTP ${status}`, ...(typeof requestId === 'string' && { requestId }) };
}

function meaningOf(response: HttpResponse, { secret }: HttpFailureCall): StatusMeaning {
  const { status } = response;
  if (status >= 500) return serverSide(status);
  if (status >= 300 && status < 400) return redirect(response);
  switch (status) {
    case 401:
      return { code: 'CREDENTIALS_REJECTED' };
    case 403:
      return { code: 'ACCESS_DENIED' };
    case 404:
      return secret === undefined
        ? {
            code: 'CONFIG_INVALID',
            nextStep: 'check the URL and the paths in the config: the backend has nothing there',
          }
        : { code: 'SECRET_NOT_FOUND' };
    case 407:
      return {
        code: 'BACKEND_UNAVAILABLE',
        nextStep: 'give the proxy its credentials in HTTPS_PROXY',
        retryable: false,
      };
    case 408:
    case 425:
      return { code: 'BACKEND_UNAVAILABLE', nextStep: LATER };
    case 409:
    case 412:
      return { code: 'CONFLICT' };
    case 413:
      return { code: 'LIMIT_EXCEEDED', nextStep: 'send less at once, or raise the limit of the backend' };
    case 429:
      return { code: 'BACKEND_THROTTLED' };
    default:
      // 200 among them: an author who calls it a failure knows why, and says so by `explain`.
      return status >= 400
        ? { code: 'INVALID_REQUEST', nextStep: 'correct what is asked for; the log of the backend may say more' }
        : { code: 'BACKEND_UNAVAILABLE', nextStep: LATER, retryable: false };
  }
}

function serverSide(status: number): StatusMeaning {
  const lasting = status === 501 || status === 505 || status === 511;
  return { code: 'BACKEND_UNAVAILABLE', nextStep: LATER, ...(lasting && { retryable: false }) };
}

function redirect({ headers }: HttpResponse): StatusMeaning {
  const target = URL.parse(headers.location ?? '')?.host;
  return {
    code: 'CONFIG_INVALID',
    nextStep: `redirects are not followed with credentials: use the URL that it leads to${target ? `, at ${target}` : ''}`,
  };
}

function explanation(response: HttpResponse, { explain }: HttpFailureCall): string {
  try {
    return explain?.(response)?.trim() ?? '';
  } catch {
    // A body that is not what its author expected must not hide the status.
    return '';
  }
}

function isResponse(failed: unknown): failed is HttpResponse {
  return (
    typeof failed === 'object' && failed !== null && 'status' in failed && 'operation' in failed && 'host' in failed
  );
}

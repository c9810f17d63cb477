import { ConnectError } from '@connectrpc/connect';
import { isError } from '@eso/runtime';
import { type ErrorCode, errorCodes, fromConnectError, ProviderError } from '../contract/index.ts';
import { classifyTlsError } from '../tls/index.ts';
import type { Deadline } from './deadline.ts';
import { WireFailure } from './wire-failure.ts';

/** Why an attempt failed. */
export interface Failure {
  readonly error: ProviderError;
  /**
   * `answer`: the provider spoke. `transport`: it could not be reached or did not answer, which is what the breaker counts.
   * `caller`: the caller gave up, or a limit of ours was met, which says nothing about the provider.
   */
  readonly origin: 'answer' | 'transport' | 'caller';
  /** The call provably never reached a handler, so even a write may be sent again. */
  readonly unprocessed: boolean;
}

/**
 * What the failure of an attempt means.
 * @param target what was called, for the message: `<service>.<namespace>.svc`
 * @param deadline the call's deadline
 */
export function classifyFailure(thrown: unknown, target: string, deadline: Deadline): Failure {
  if (thrown instanceof ConnectError) return answered(thrown);
  if (deadline.isPast()) return transport('TIMEOUT', `${target} did not answer in time`, thrown);
  if (deadline.signal.aborted) return caller('CANCELED', `the call to ${target} was given up`, thrown);
  const kind = thrown instanceof WireFailure ? thrown.kind : undefined;
  if (kind === 'responseTooLarge') {
    return caller('RESPONSE_TOO_LARGE', `the answer of ${target} is larger than core accepts`, thrown);
  }
  if (thrown instanceof WireFailure && thrown.kind === 'tooManyParts') {
    return caller('RESPONSE_TOO_LARGE', `the answer of ${target} ${thrown.message}`, thrown, TOO_MANY_PARTS_STEP);
  }
  if (kind === 'requestTooLarge') return caller('LIMIT_EXCEEDED', `the request to ${target} is too large`, thrown);
  const unprocessed = kind === 'connect' || kind === 'refused';
  return { ...tlsFailure(thrown, target), ...(unprocessed ? { unprocessed } : {}) };
}

function answered(thrown: ConnectError): Failure {
  const error = fromConnectError(thrown);
  const origin = errorCodes[error.code].origin === 'transport' ? 'transport' : 'answer';
  return { error, origin, unprocessed: false };
}

function tlsFailure(thrown: unknown, target: string): Failure {
  const problem = classifyTlsError(thrown);
  if (problem)
    return transport(problem.code, `${target}: ${errorCodes[problem.code].meaning} (${problem.reason})`, thrown);
  if (thrown instanceof WireFailure && thrown.kind === 'turnedAway') return turnedAway(thrown, target);
  const reason = reasonOf(thrown);
  return transport('PROVIDER_UNREACHABLE', `no connection to ${target}${reason ? ` (${reason})` : ''}`, thrown);
}

/** Not certainly a refusal, so it is not called one; but it is what the user should look at. */
function turnedAway(thrown: WireFailure, target: string): Failure {
  const text = `${target} closed the connection right after the TLS handshake`;
  const nextStep = "check that the provider trusts the authority of core's certificate, and that it is not restarting";
  const error = new ProviderError('PROVIDER_UNREACHABLE', text, { cause: thrown, nextStep });
  return { error, origin: 'transport', unprocessed: false };
}

/** These bounds are not configured, so the general advice of the code is of no use. */
const TOO_MANY_PARTS_STEP =
  'select fewer secrets at once, or divide them among several ExternalSecrets; if few were asked for, the provider is at fault';

const MAX_CAUSES = 8;

/** Node's own name of what went wrong, else what was found on the wire. */
function reasonOf(thrown: unknown): string | undefined {
  let at = thrown;
  for (let depth = 0; depth < MAX_CAUSES && isError(at); depth++, at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return thrown instanceof WireFailure ? thrown.message : undefined;
}

function transport(code: ErrorCode, message: string, cause: unknown): Failure {
  return { error: new ProviderError(code, message, { cause }), origin: 'transport', unprocessed: false };
}

function caller(code: ErrorCode, message: string, cause: unknown, nextStep?: string): Failure {
  const options = { cause, ...(nextStep === undefined ? {} : { nextStep }) };
  return { error: new ProviderError(code, message, options), origin: 'caller', unprocessed: false };
}

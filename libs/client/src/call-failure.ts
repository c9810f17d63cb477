import { Code, ConnectError } from '@connectrpc/connect';
import { type ErrorCode, errorCodes, fromConnectError, ProviderError, statusText } from '@eso/api/contract';
import { classifyTlsError } from '@eso/api/tls';
import { ANSWER_HEADER_BYTES, ConnectTimeout } from '@eso/http2';
import { type Deadline, isError } from '@eso/runtime';
import { WireFailure } from './wire-failure.ts';

/** Why an attempt failed. */
export interface CallFailure {
  readonly error: ProviderError;
  /**
   * `answer`: the provider spoke, and be it nonsense. `connection`: none was to be had, or it was lost. `none`: the caller gave up, or
   * time ran out, which says nothing about the provider.
   */
  readonly origin: 'answer' | 'connection' | 'none';
  /** The call provably never reached a handler, so even a write may be sent again. */
  readonly unprocessed: boolean;
  /** The connection suffered while the call was under way, and maybe for what was answered to it: it is not sent beside others again. */
  readonly suspect: boolean;
  /** The provider took the call from the connection, which may be what is done to another call on it. */
  readonly refused: boolean;
  /** The connection suffered for what was answered to this very call. */
  readonly costly: boolean;
}

/**
 * What the failure of an attempt means.
 * @param target what was called, for the message: `<service>.<namespace>.svc`
 * @param deadline the call's deadline
 */
export function classifyFailure(thrown: unknown, target: string, deadline: Deadline): CallFailure {
  if (thrown instanceof ConnectError) return answered(thrown, target, deadline);
  if (deadline.passed) return none('TIMEOUT', `${target} did not answer in time`, thrown);
  if (deadline.signal.aborted) return none('CANCELED', `the call to ${target} was given up`, thrown);
  if (thrown instanceof ProviderError) return failure(thrown, 'none');
  return thrown instanceof WireFailure ? wireFailure(thrown, target) : connectionFailure(thrown, target);
}

function answered(thrown: ConnectError, target: string, deadline: Deadline): CallFailure {
  // Nobody here gave the call up: a provider that stops answers so for what it had under way, at least one in Python.
  if (thrown.code === Code.Canceled && !deadline.signal.aborted)
    return broken(`${target} ended the call without an answer (CANCELLED)`, { cause: thrown, retryable: true });
  return failure(fromConnectError(thrown), 'answer');
}

function wireFailure(thrown: WireFailure, target: string): CallFailure {
  const cause = thrown;
  switch (thrown.kind) {
    case 'clientRejected':
      return failure(new ProviderError('CLIENT_REJECTED', refusalText(thrown), { cause }), 'answer');
    case 'protocol':
      return broken(`the answer of ${target} cannot be read: ${thrown.message}`, { cause });
    case 'unavailable':
      return broken(`the answer of ${target} cannot be read: ${thrown.message}`, { cause, retryable: true });
    case 'reset':
      return broken(`${target} ended the call without an answer (${thrown.message})`, { cause, retryable: true });
    case 'overloaded': {
      const text = `${target} asks for fewer calls, or header fields of more than ${ANSWER_HEADER_BYTES} bytes came with its answer`;
      return { ...broken(text, { cause, retryable: true }), suspect: true };
    }
    case 'responseTooLarge': {
      const error = new ProviderError('RESPONSE_TOO_LARGE', `the answer of ${target} is larger than core accepts`, {
        cause,
      });
      return { ...failure(error, 'answer'), costly: true };
    }
    case 'tooManyParts': {
      const options = { cause, nextStep: TOO_MANY_PARTS_STEP };
      return failure(
        new ProviderError('RESPONSE_TOO_LARGE', `the answer of ${target} ${thrown.message}`, options),
        'answer',
      );
    }
    case 'requestTooLarge':
      return failure(
        new ProviderError('LIMIT_EXCEEDED', `the request to ${target} was not sent: ${thrown.message}`, { cause }),
        'answer',
      );
    case 'lost':
      return { ...connectionFailure(thrown, target), suspect: true };
    case 'connect': {
      const late = thrown.cause instanceof ConnectTimeout ? thrown.cause : undefined;
      if (!late) return { ...connectionFailure(thrown, target), unprocessed: true };
      const error = new ProviderError('TIMEOUT', `${target} did not answer in time: ${late.message}`, { cause });
      return { ...failure(error, 'connection'), unprocessed: true };
    }
    case 'refused': {
      const error = new ProviderError('PROVIDER_UNREACHABLE', `${target} refused the call unread`, { cause });
      return { ...failure(error, 'connection'), unprocessed: true, refused: true };
    }
    case 'turnedAway':
      return { ...turnedAway(thrown, target), unprocessed: true };
  }
}

/** That it is a gate's refusal was told by the connection; in whose words it comes, the status tells. */
function refusalText({ message, cause }: WireFailure): string {
  return cause instanceof ConnectError ? statusText(cause, 'CLIENT_REJECTED') : message;
}

/**
 * What it means that a connection with one single call on it suffered the same way.
 * @param target what was called
 */
export function brokenAlone({ error }: CallFailure, target: string): CallFailure {
  if (error.code === 'ANSWER_BROKEN') return broken(error.publicMessage, { cause: error });
  const text = `the connection to ${target} ends when it answers this call, also one with no other call on it`;
  return broken(text, { cause: error, nextStep: ALONE_STEP });
}

function connectionFailure(thrown: unknown, target: string): CallFailure {
  const problem = classifyTlsError(thrown);
  if (problem) {
    const text = `${target}: ${errorCodes[problem.code].meaning} (${problem.reason})`;
    return failure(new ProviderError(problem.code, text, { cause: thrown }), 'connection');
  }
  const reason = reasonOf(thrown);
  const text = `no connection to ${target}${reason ? ` (${reason})` : ''}`;
  return failure(new ProviderError('PROVIDER_UNREACHABLE', text, { cause: thrown }), 'connection');
}

/** Not certainly a refusal, so it is not called one; but it is what the user should look at. */
function turnedAway(cause: WireFailure, target: string): CallFailure {
  const text = `${target} closed the connection right after the TLS handshake`;
  const nextStep = "check that the provider trusts the authority of core's certificate, and that it is not restarting";
  return failure(new ProviderError('PROVIDER_UNREACHABLE', text, { cause, nextStep }), 'connection');
}

/** These bounds are not configured, so the general advice of the code is of no use. */
const TOO_MANY_PARTS_STEP =
  'select fewer secrets at once, or divide them among several ExternalSecrets; if few were asked for, the provider is at fault';

const ALONE_STEP = `look into the provider's log: it crashed, or answered with a text, detail or trailer of more than ${ANSWER_HEADER_BYTES} bytes`;

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

function broken(
  text: string,
  options: { readonly cause: unknown; readonly retryable?: boolean; readonly nextStep?: string },
): CallFailure {
  return failure(new ProviderError('ANSWER_BROKEN', text, options), 'answer');
}

function none(code: ErrorCode, text: string, cause: unknown): CallFailure {
  return failure(new ProviderError(code, text, { cause }), 'none');
}

function failure(error: ProviderError, origin: CallFailure['origin']): CallFailure {
  return { error, origin, unprocessed: false, suspect: false, refused: false, costly: false };
}

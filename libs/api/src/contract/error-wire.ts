import { type Code, ConnectError } from '@connectrpc/connect';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { ErrorSchema, type Error as ErrorDetail } from '../gen/provider/v1/provider_pb.js';
import { codeForStatus, type ErrorCode, errorCodes, isErrorCode } from './codes.ts';
import { ProviderError } from './provider-error.ts';

const FIELD = 'field';
const NEXT_STEP = 'next_step';
const RETRY_AFTER_MS = 'retry_after_ms';

/** An error as the message of the contract that stands in the details of a status. */
export function errorDetail(error: ProviderError): MessageInitShape<typeof ErrorSchema> {
  const details: Record<string, string> = { [NEXT_STEP]: error.nextStep };
  if (error.field !== undefined) details[FIELD] = error.field;
  if (error.retryAfterMs !== undefined) details[RETRY_AFTER_MS] = String(Math.round(error.retryAfterMs));
  return { code: error.code, message: error.publicMessage, retryable: error.retryable, details };
}

/** The gRPC status of an error, with a provider.v1.Error as its detail; peers that do not know the detail ignore it. */
export function toConnectError(error: ProviderError): ConnectError {
  return new ConnectError(error.publicMessage, errorCodes[error.code].grpc, undefined, [
    { desc: ErrorSchema, value: errorDetail(error) },
  ]);
}

/**
 * Reads a status that a provider answered with. The caller has sorted out transport failures before: what comes here is
 * taken as the peer's own words, which are bounded and believed only as far as they agree with the status.
 */
export function fromConnectError(error: ConnectError): ProviderError {
  const detail = error.findDetails(ErrorSchema)[0];
  const code = trustedCode(error.code, detail);
  const retryAfterMs = Number(detail?.details[RETRY_AFTER_MS]);
  return new ProviderError(code, detail?.message || error.rawMessage || errorCodes[code].meaning, {
    cause: error,
    retryable: errorCodes[code].retryable && detail?.retryable !== false,
    ...optional('field', detail?.details[FIELD]),
    ...optional('nextStep', detail?.details[NEXT_STEP]),
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
  });
}

/**
 * The detail's code counts when it is one a provider may raise and belongs to the status. "Not found" deletes target
 * Secrets, so status and detail must agree on it before it is believed.
 */
function trustedCode(status: Code, detail: ErrorDetail | undefined): ErrorCode {
  const byStatus = codeForStatus(status);
  if (!detail?.code) return byStatus;
  if (
    isErrorCode(detail.code) &&
    errorCodes[detail.code].origin === 'provider' &&
    errorCodes[detail.code].grpc === status
  )
    return detail.code;
  return byStatus === 'SECRET_NOT_FOUND' ? 'INTERNAL' : byStatus;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value ? ({ [key]: value } as Partial<Record<K, string>>) : {};
}

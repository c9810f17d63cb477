import { Code, ConnectError } from '@connectrpc/connect';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { ErrorSchema, type Error as ErrorDetail } from '../gen/provider/v1/provider_pb.js';
import { codeForStatus, type ErrorCode, errorCodes, isErrorCode } from './codes.ts';
import { ProviderError } from './provider-error.ts';
import { quotedText } from './public-text.ts';

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
  const ours = isOurs(error, detail, code) ? detail.details : {};
  const retryAfterMs = Number(detail?.details[RETRY_AFTER_MS]);
  return new ProviderError(code, statusText(error, code), {
    cause: error,
    retryable: errorCodes[code].retryable && detail?.retryable !== false,
    ...optional('field', ours[FIELD]),
    ...optional('nextStep', ours[NEXT_STEP]),
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
  });
}

/**
 * What a status says, for the user. The words of our own detail stand as they are: the kit makes them of what may be shown. All other
 * words are unclassified and come as a quotation, behind what the code means and the status.
 * @param code what the status was taken for; a detail with another code is not believed, nor are its words ours
 */
export function statusText(error: ConnectError, code: ErrorCode): string {
  const detail = error.findDetails(ErrorSchema)[0];
  if (isOurs(error, detail, code) && detail.message) return detail.message;
  const said = quotedText(detail?.message || error.rawMessage);
  return `${errorCodes[code].meaning} (gRPC status ${Code[error.code]})${said && `; the provider said: ${said}`}`;
}

/** Whether it is a detail as the kit makes them: its code is the one that is believed, and goes with the status. */
function isOurs(status: ConnectError, detail: ErrorDetail | undefined, code: ErrorCode): detail is ErrorDetail {
  return detail?.code === code && errorCodes[code].grpc === status.code;
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

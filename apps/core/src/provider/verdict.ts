import {
  type ErrorCode,
  type Feature,
  type ProtocolRange,
  protocolRange,
  type ProviderError,
  quotedText,
} from '@eso/api/contract';
import { type Capabilities, ProviderMessage, ProviderReason } from '@eso/api/resources';
import { conditionMessage } from '@eso/sync';
import type { StoreRefusal } from '../store/store-view.ts';

/** What the process reported that it can do. What is absent it did not report, and what is known of it stays as it is. */
export interface ReportedCapabilities {
  readonly capabilities?: Capabilities;
  /** Comes with `capabilities`, or not at all. Absent beside it: the process reports no details. */
  readonly features?: readonly Feature[];
}

/** What a pass over a store found out. */
export type StoreVerdict =
  | (ReportedCapabilities & {
      readonly kind: 'valid' | 'unknown';
      readonly warnings: readonly string[];
    })
  | (ReportedCapabilities & {
      readonly kind: 'invalid';
      readonly reason: ProviderReason;
      /** The whole message of the condition. */
      readonly message: string;
    })
  /** The circuit breaker is open, so the process was not called: what is known of it stays as it is. */
  | { readonly kind: 'circuitOpen'; readonly reason: ProviderReason; readonly message: string };

/** A check that ran before anything was sent said no. */
export function refusedVerdict({ reason, message }: StoreRefusal): StoreVerdict {
  return { kind: 'invalid', reason, message: `${ProviderMessage.noClient}: ${message}` };
}

/**
 * The process answered that its config is not valid.
 * @param text why, in its own words, which are quoted: an answer carries no detail that vouches for them
 */
export function invalidVerdict(text: string): StoreVerdict {
  const said = quotedText(text);
  const why = said === '' ? ' and does not say why' : `; the provider said: ${said}`;
  const problem = {
    code: 'CONFIG_INVALID',
    publicMessage: `the provider calls its config invalid${why}`,
    nextStep: 'Correct the config that spec.providerRef names.',
  };
  const message = conditionMessage(ProviderMessage.invalid, problem);
  return { kind: 'invalid', reason: ProviderReason.invalidProviderConfig, message };
}

/** The process and core have no version of the contract in common. */
export function incompatibleVerdict({ min, max }: ProtocolRange): StoreVerdict {
  const range = (from: number, to: number): string => (from === to ? String(from) : `${from} to ${to}`);
  return {
    kind: 'invalid',
    reason: ProviderReason.incompatibleProtocol,
    message:
      `${ProviderMessage.noClient}: the provider speaks version ${range(min, max)} of the protocol, this core ` +
      `${range(protocolRange.min, protocolRange.max)}. Run releases of both that go together.`,
  };
}

/** A call to the process failed. */
export function failedVerdict(error: ProviderError): StoreVerdict {
  const reason = REASONS[error.code] ?? ProviderReason.invalidProviderConfig;
  const prefix = isUnreachable(reason) ? ProviderMessage.noClient : ProviderMessage.invalid;
  return {
    kind: error.code === 'CIRCUIT_OPEN' ? 'circuitOpen' : 'invalid',
    reason,
    message: conditionMessage(prefix, error),
  };
}

/** Reasons that say that the process was not reached, so that its config is not what is at fault. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  ProviderReason.tlsNameMismatch,
  ProviderReason.tlsUntrusted,
  ProviderReason.tlsExpired,
  ProviderReason.clientRejected,
  ProviderReason.unavailable,
  ProviderReason.timeout,
]);

/** Whether a reason says that no answer came from the process. */
export function isUnreachable(reason: string | undefined): boolean {
  return reason !== undefined && UNREACHABLE.has(reason);
}

/** Every other code is about the config, as far as the user can tell. */
const REASONS: Partial<Record<ErrorCode, ProviderReason>> = {
  TLS_NAME_MISMATCH: ProviderReason.tlsNameMismatch,
  TLS_UNTRUSTED: ProviderReason.tlsUntrusted,
  TLS_EXPIRED: ProviderReason.tlsExpired,
  CLIENT_REJECTED: ProviderReason.clientRejected,
  TIMEOUT: ProviderReason.timeout,
  PROVIDER_UNREACHABLE: ProviderReason.unavailable,
  TLS_FAILED: ProviderReason.unavailable,
  CIRCUIT_OPEN: ProviderReason.unavailable,
  ANSWER_BROKEN: ProviderReason.unavailable,
  NO_CLIENT_CERTIFICATE: ProviderReason.unavailable,
  BACKEND_UNAVAILABLE: ProviderReason.unavailable,
  BACKEND_THROTTLED: ProviderReason.unavailable,
  CANCELED: ProviderReason.unavailable,
  NAMESPACE_NOT_ALLOWED: ProviderReason.referenceNotAllowed,
  STORE_MISMATCH: ProviderReason.referenceNotAllowed,
};

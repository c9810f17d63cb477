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
import type { Refusal } from '../store/store-view.ts';

/** What the process said that it can do. What is absent it did not tell, and what is known of it stays as it is. */
export interface Told {
  readonly capabilities?: Capabilities;
  /** Comes with `capabilities`, or not at all. Absent beside it: the process tells no details. */
  readonly features?: readonly Feature[];
}

/** What a pass over a store found out. */
export type Verdict =
  | (Told & {
      readonly kind: 'valid' | 'unknown';
      readonly warnings: readonly string[];
    })
  | (Told & {
      readonly kind: 'invalid';
      readonly reason: ProviderReason;
      /** The whole message of the condition. */
      readonly message: string;
    })
  /** The process was not asked, because it failed too often a moment ago: what is known of it stays as it is. */
  | { readonly kind: 'notAsked'; readonly reason: ProviderReason; readonly message: string };

/** A check that ran before anything was sent said no. */
export function refusedVerdict({ reason, message }: Refusal): Verdict {
  return { kind: 'invalid', reason, message: `${ProviderMessage.noClient}: ${message}` };
}

/**
 * The process answered that its config is not valid.
 * @param text why, in its own words, which are quoted: an answer carries no detail that vouches for them
 */
export function invalidVerdict(text: string): Verdict {
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
export function incompatibleVerdict({ min, max }: ProtocolRange): Verdict {
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
export function failedVerdict(error: ProviderError): Verdict {
  const reason = REASONS[error.code] ?? ProviderReason.invalidProviderConfig;
  const prefix = isUnheard(reason) ? ProviderMessage.noClient : ProviderMessage.invalid;
  return {
    kind: error.code === 'CIRCUIT_OPEN' ? 'notAsked' : 'invalid',
    reason,
    message: conditionMessage(prefix, error),
  };
}

/** Reasons that say that the process was not reached, so that its config is not what is at fault. */
const UNHEARD: ReadonlySet<string> = new Set([
  ProviderReason.tlsNameMismatch,
  ProviderReason.tlsUntrusted,
  ProviderReason.tlsExpired,
  ProviderReason.clientRejected,
  ProviderReason.unavailable,
  ProviderReason.timeout,
]);

/** Whether a reason says that no answer came from the process. */
export function isUnheard(reason: string | undefined): boolean {
  return reason !== undefined && UNHEARD.has(reason);
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

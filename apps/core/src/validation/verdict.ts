import { type Feature, type ProtocolRange, protocolRange, type ProviderError, quotedText } from '@eso/api/contract';
import type { Capabilities } from '@eso/api/resources';
import type { Problem } from '@eso/sync';
import type { StoreRefusal } from '../store/store-view.ts';

/** What the process reported that it can do. What is absent it did not report, and what is known of it stays as it is. */
export interface ReportedCapabilities {
  readonly capabilities?: Capabilities;
  /** Comes with `capabilities`, or not at all. Absent beside it: the process reports no details. */
  readonly features?: readonly Feature[];
}

/** What a pass over a store, or a class, found out. */
export type StoreVerdict =
  | (ReportedCapabilities & {
      readonly kind: 'valid' | 'unknown';
      readonly warnings: readonly string[];
    })
  | (ReportedCapabilities & {
      readonly kind: 'invalid';
      readonly problem: Problem;
      /** Whether its process was asked, and said so. */
      readonly told: boolean;
    })
  /** The circuit breaker is open, so the process was not called: what is known of it stays as it is. */
  | { readonly kind: 'circuitOpen'; readonly problem: Problem };

/** A check that ran before anything was sent said no. */
export function refusedVerdict({ problem }: StoreRefusal): StoreVerdict {
  return { kind: 'invalid', problem, told: false };
}

/**
 * The process answered that its config is not valid.
 * @param text why, in its own words, which are quoted: an answer carries no detail that vouches for them
 * @param config the field of the store that has or names the config
 */
export function invalidVerdict(text: string, config: string): StoreVerdict {
  const said = quotedText(text);
  const why = said === '' ? ' and does not say why' : `; the provider said: ${said}`;
  const problem = {
    code: 'CONFIG_INVALID',
    publicMessage: `the provider calls its config invalid${why}`,
    nextStep: `Correct ${config}.`,
  };
  return { kind: 'invalid', problem, told: true };
}

/** The process and core have no version of the contract in common. */
export function incompatibleVerdict({ min, max }: ProtocolRange): StoreVerdict {
  const range = (from: number, to: number): string => (from === to ? String(from) : `${from} to ${to}`);
  const problem = {
    code: 'PROTOCOL_INCOMPATIBLE',
    publicMessage:
      `the provider speaks version ${range(min, max)} of the protocol, this core ` +
      range(protocolRange.min, protocolRange.max),
    nextStep: 'Run releases of both that go together.',
  };
  return { kind: 'invalid', problem, told: false };
}

/** A call to the process failed. */
export function failedVerdict(error: ProviderError): StoreVerdict {
  const { code, field, publicMessage, nextStep } = error;
  const problem = { code, field, publicMessage, nextStep };
  if (code === 'CIRCUIT_OPEN') return { kind: 'circuitOpen', problem };
  return { kind: 'invalid', problem, told: !isUnreachable(code) };
}

/** Codes that say that the process was not reached, so that its config is not what is at fault. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'TLS_NAME_MISMATCH',
  'TLS_UNTRUSTED',
  'TLS_EXPIRED',
  'TLS_FAILED',
  'CLIENT_REJECTED',
  'TIMEOUT',
  'PROVIDER_UNREACHABLE',
  'CIRCUIT_OPEN',
  'ANSWER_BROKEN',
  'NO_CLIENT_CERTIFICATE',
  'BACKEND_UNAVAILABLE',
  'BACKEND_THROTTLED',
  'CANCELED',
]);

/** Whether a code says that no answer came from the process. */
export function isUnreachable(code: string): boolean {
  return UNREACHABLE.has(code);
}

import { formatDuration } from '@eso/runtime';
import { PkiError } from './error.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Leaves live no shorter: a renewal needs time to reach every pod. */
export const MIN_LEAF_VALIDITY_MS = 5 * MINUTE;
/** Leaves live no longer: what was stolen must end by itself. */
export const MAX_LEAF_VALIDITY_MS = 90 * DAY;
/** From notBefore to notAfter of a leaf where no flag says otherwise: 30 days. */
export const DEFAULT_LEAF_VALIDITY_MS = 30 * DAY;

/** Shortest validity of an authority: 10 minutes. */
export const MIN_AUTHORITY_VALIDITY_MS = 10 * MINUTE;
/** Longest validity of an authority: two years. */
export const MAX_AUTHORITY_VALIDITY_MS = 2 * 365 * DAY;
/** Validity of an authority where no flag says otherwise: a year. */
export const DEFAULT_AUTHORITY_VALIDITY_MS = 365 * DAY;

/** The authority's window: from then on its end is announced. */
const AUTHORITY_WINDOW_MS = 60 * DAY;
/** The authority has to outlive the leaves it signs by this much. */
const AUTHORITY_MARGIN_MS = 5 * DAY;

/** How far a new certificate starts in the past, so that a peer whose clock is behind accepts it. */
const BACKDATE_MS = 5 * MINUTE;

/** How long leaves live, and when they are renewed. */
export interface LeafLifetime {
  /** From notBefore to notAfter, in milliseconds. */
  validityMs: number;
  /** How long before notAfter a leaf is renewed, in milliseconds. Default: `defaultRenewalWindow` of each leaf's validity. */
  renewalWindowMs?: number;
}

/**
 * Checks a lifetime: validity from 5 minutes to 90 days, an explicit window taken as it is but smaller than the validity.
 * @throws PkiError LIFETIME_INVALID
 */
export function checkLeafLifetime({ validityMs, renewalWindowMs }: LeafLifetime): void {
  checkRange('validity of a leaf', validityMs, MIN_LEAF_VALIDITY_MS, MAX_LEAF_VALIDITY_MS);
  if (renewalWindowMs === undefined) return;
  if (renewalWindowMs > 0 && renewalWindowMs < validityMs) return;
  throw new PkiError(
    'LIFETIME_INVALID',
    `renewal window ${formatDuration(renewalWindowMs)} has to be more than 0 and less than the validity of a leaf, ` +
      `${formatDuration(validityMs)}: with this one every leaf would be renewed without end`,
  );
}

/**
 * Checks how long an authority lives: from 10 minutes to 2 years, and longer than the leaves it signs.
 * @throws PkiError LIFETIME_INVALID
 */
export function checkAuthorityValidity(validityMs: number, leafValidityMs: number): void {
  checkRange('validity of the certificate authority', validityMs, MIN_AUTHORITY_VALIDITY_MS, MAX_AUTHORITY_VALIDITY_MS);
  if (validityMs > leafValidityMs) return;
  throw new PkiError(
    'LIFETIME_INVALID',
    `the certificate authority has to live longer than ${formatDuration(leafValidityMs)}, the validity of its leaves`,
  );
}

/** The renewal window of a certificate with this validity: 35 days or 40 % of it, whichever is less. */
export function defaultRenewalWindow(validityMs: number): number {
  return Math.min(35 * DAY, Math.floor(0.4 * validityMs));
}

/** When a leaf is due for renewal, in milliseconds since the epoch. */
export function renewalInstant(notBefore: Date, notAfter: Date, windowMs?: number): number {
  return notAfter.getTime() - (windowMs ?? defaultRenewalWindow(notAfter.getTime() - notBefore.getTime()));
}

/**
 * When an authority is due for replacement: 60 days ahead, and never later than the life of a leaf and 5 days before its end, so
 * that no leaf outlives it. An authority too short-lived for that: at 40 % of its validity before its end.
 */
export function authorityRenewalInstant(notBefore: Date, notAfter: Date, leafValidityMs: number): number {
  const validityMs = notAfter.getTime() - notBefore.getTime();
  const windowMs = Math.max(AUTHORITY_WINDOW_MS, leafValidityMs + AUTHORITY_MARGIN_MS);
  return notAfter.getTime() - (windowMs < validityMs ? windowMs : Math.floor(0.4 * validityMs));
}

/** The span of a certificate issued at `nowMs`: exactly `validityMs` long, started a little in the past, in whole seconds. */
export function validitySpan(nowMs: number, validityMs: number): { notBefore: Date; notAfter: Date } {
  const start = nowMs - Math.min(BACKDATE_MS, Math.floor(validityMs / 10));
  const notBefore = Math.floor(start / 1000) * 1000;
  return { notBefore: new Date(notBefore), notAfter: new Date(notBefore + Math.floor(validityMs / 1000) * 1000) };
}

function checkRange(what: string, ms: number, min: number, max: number): void {
  if (ms >= min && ms <= max) return;
  throw new PkiError(
    'LIFETIME_INVALID',
    `${what} is ${formatDuration(ms)}, allowed are ${formatDuration(min)} to ${formatDuration(max)}`,
  );
}

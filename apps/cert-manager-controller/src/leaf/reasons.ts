import type { LeafProblem } from '@eso/pki';

/** Why a leaf was issued: label `reason` of the rotation metrics, and named in events. README.md explains each. */
export const ROTATION_REASONS = [
  'secret-missing',
  'secret-taken-over',
  'ownership-label-missing',
  'owner-reference-missing',
  'surplus-entries',
  'certificate-missing',
  'certificate-unreadable',
  'key-missing',
  'key-unreadable',
  'key-mismatch',
  'authority-changed',
  'bundle-changed',
  'cluster-domain-changed',
  'names-missing',
  'names-surplus',
  'identity-changed',
  'usage-wrong',
  'expired',
  'not-yet-valid',
  'validity-too-long',
  'renewal-due',
] as const satisfies readonly (SecretProblem | LeafProblem)[];

/** What can be wrong with the Secret around a leaf. */
export type SecretProblem =
  | 'secret-missing'
  /** It belonged to a Service that no longer wants it. */
  | 'secret-taken-over'
  | 'ownership-label-missing'
  | 'owner-reference-missing'
  /** It holds entries that do not belong there. */
  | 'surplus-entries';

/** One of {@link ROTATION_REASONS}. */
export type RotationReason = SecretProblem | LeafProblem;

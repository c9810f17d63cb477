import { formatDuration } from '@eso/runtime';

/** One consistent set of key, certificate and trust, as it was read from a directory. */
export interface TlsMaterial {
  /** PEM: the leaf, then intermediates if there are any. */
  readonly cert: string;
  /** PEM, PKCS#8 or SEC 1. */
  readonly key: string;
  /** PEM bundle of every certificate authority that is trusted now. */
  readonly ca: string;
  /** PEM: one revocation list per certificate authority. Absent while the installation publishes none. */
  readonly crl?: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Serial number of the leaf, upper-case hexadecimal. */
  readonly serial: string;
  readonly uriSans: readonly string[];
  readonly dnsSans: readonly string[];
}

const HOUR_MS = 3_600_000;

/**
 * Why a certificate is too close to its end to be relied on: less than one hour, or less than a tenth of its validity, is
 * left, whichever is shorter.
 * @param nowMs wall-clock time.
 */
export function lifetimeProblem(material: TlsMaterial, nowMs: number): string | undefined {
  const leftMs = material.notAfter.getTime() - nowMs;
  const wantedMs = Math.min(HOUR_MS, (material.notAfter.getTime() - material.notBefore.getTime()) / 10);
  if (leftMs <= 0) return `the certificate expired at ${material.notAfter.toISOString()}`;
  if (leftMs < wantedMs)
    return `the certificate expires in ${formatDuration(Math.round(leftMs / 1000) * 1000)} and was not renewed`;
  return undefined;
}

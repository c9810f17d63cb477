import { X509Certificate } from 'node:crypto';
import { PkiError } from './error.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * Reads every certificate of a PEM text, in order. `ca.crt` is read this way everywhere, since more than one authority stands in
 * it while one replaces another.
 * @param what name of the text, for errors: `ca.crt`
 * @throws PkiError CERTIFICATE_INVALID when there is none, or one that does not parse
 */
export function parseBundle(pem: string, what: string): X509Certificate[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) throw new PkiError('CERTIFICATE_INVALID', `${what} holds no certificate in PEM`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new PkiError('CERTIFICATE_INVALID', `${what}: certificate ${index + 1} does not parse`, { cause: error });
    }
  });
}

/** Reads every certificate of a PEM text, in order; undefined for a block that does not parse. */
export function readBlocks(pem: string): (X509Certificate | undefined)[] {
  return (pem.match(BLOCK) ?? []).map((block) => {
    try {
      return new X509Certificate(block);
    } catch {
      return undefined;
    }
  });
}

/** One PEM text of several certificates, each once, in order. */
export function joinBundle(certificates: readonly X509Certificate[]): string {
  const unique = new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate]));
  return [...unique.values()].map((certificate) => `${certificate.toString().trimEnd()}\n`).join('');
}

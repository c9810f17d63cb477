import { verify, type X509Certificate } from 'node:crypto';
import type { Signer } from './signer.ts';

/**
 * What the bytes that are signed begin with: no certificate and no revocation list begins like that (theirs is a DER SEQUENCE), so
 * that a seal is never taken for one of them, nor one of them for a seal.
 */
const CONTEXT = 'external-secrets.io/authority-bundle/v1';

/** Which certificates the key of an authority vouches for beside its own. */
export interface BundleSeal {
  /** Counts the bundles of an installation, from 1, whatever key seals them: of two the higher one is the newer. */
  readonly generation: number;
  /** SHA-256 of each certificate in DER, as Node prints it: upper-case hexadecimal with colons. */
  readonly fingerprints: readonly string[];
}

/** What a seal vouches for, and with whose key. */
export interface SealRequest {
  readonly certificates: readonly X509Certificate[];
  /** From 1; higher than any there was before, of whatever key. */
  readonly generation: number;
  readonly signer: Signer;
  readonly signal?: AbortSignal;
}

/**
 * Has the authority's key sign which certificates its bundle holds. Who can write the bundle and does not have the key cannot make
 * such a seal.
 * @returns one line of JSON to keep beside the bundle; nothing in it is secret
 * @throws whatever the signer throws
 */
export async function sealBundle({ certificates, generation, signer, signal }: SealRequest): Promise<string> {
  const seal = { generation, fingerprints: certificates.map((certificate) => certificate.fingerprint256) };
  const signature = await signer.sign(sealedBytes(seal), signal);
  return JSON.stringify({ ...seal, signature: Buffer.from(signature).toString('base64') });
}

/**
 * Reads a seal.
 * @returns undefined for text that is none, and for one of another key: either says nothing. Never throws
 */
export function openSeal(text: string, { publicKey }: Pick<Signer, 'publicKey'>): BundleSeal | undefined {
  const read = parseSeal(text);
  if (!read) return undefined;
  // The one algorithm that signers have.
  const key = { key: publicKey, dsaEncoding: 'der' } as const;
  return verify('sha256', sealedBytes(read.seal), key, read.signature) ? read.seal : undefined;
}

function sealedBytes({ generation, fingerprints }: BundleSeal): Buffer {
  return Buffer.from([CONTEXT, String(generation), ...fingerprints, ''].join('\n'));
}

function parseSeal(text: string): { seal: BundleSeal; signature: Buffer } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { generation, fingerprints, signature } = value as Record<string, unknown>;
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation) || generation < 1) return undefined;
  if (!Array.isArray(fingerprints) || !fingerprints.every(isFingerprint) || typeof signature !== 'string')
    return undefined;
  return { seal: { generation, fingerprints }, signature: Buffer.from(signature, 'base64') };
}

/** Nothing else may stand there: a line end in one would make two lists of the same signed bytes. */
const isFingerprint = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/.test(value);

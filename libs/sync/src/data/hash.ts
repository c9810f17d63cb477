/** Hashes that stand on targets and in statuses; the same as upstream's, so that an upgrade rewrites nothing. */
import { createHash, hash } from 'node:crypto';
import { printGoBytesMap, printGoStringMap, goValue } from './go-format.ts';
import type { SecretData } from './secret-data.ts';

/** SHA3-224; in lower-case hex it has 56 characters, which fit into a label. */
const ALGORITHM = 'sha3-224';

/** Of a text that is there as a whole: a dozen for each sync, and without an object of OpenSSL's that has to be collected. */
function digest(text: string): string {
  return hash(ALGORITHM, text);
}

/** Of what may be too long to be put together. */
function digestOfParts(parts: Iterable<Uint8Array | string>): string {
  const hasher = createHash(ALGORITHM);
  for (const part of parts) hasher.update(part);
  return hasher.digest('hex');
}

/** Hash of the data of a Secret: annotation `reconcile.external-secrets.io/data-hash`. */
export function hashSecretData(data: SecretData): string {
  return digestOfParts(printGoBytesMap(data));
}

/** Hash of the labels and annotations of an ExternalSecret: second half of `status.syncedResourceVersion`. */
export function hashMeta(
  labels: Readonly<Record<string, string>> | undefined,
  annotations: Readonly<Record<string, string>> | undefined,
): string {
  return digest(`{annotations:${printGoStringMap(annotations)} labels:${printGoStringMap(labels)}}`);
}

/** Hash that names the ExternalSecret on its target: label `reconcile.external-secrets.io/created-by`. */
export function hashOwner(namespace: string, name: string): string {
  return hashValue(`${namespace}/${name}`);
}

/** Hash of any JSON value. */
export function hashValue(value: unknown): string {
  return digest(goValue(value));
}

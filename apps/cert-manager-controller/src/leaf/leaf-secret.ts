import type { Secret } from '@eso/kube';
import type { KeyPair, StoredLeaf } from '@eso/pki';
import { secretData, secretEntry } from '../secret-data.ts';
import type { LeafOwner } from './owner.ts';
import { leafMetadata } from './ownership.ts';

/** Type of every leaf's Secret. Kubernetes does not let it be changed. */
export const LEAF_SECRET_TYPE = 'kubernetes.io/tls';

/** The entries of a leaf's Secret: these and no others. A revocation list would be the fourth. */
export const LEAF_ENTRIES = ['ca.crt', 'tls.crt', 'tls.key'] as const satisfies readonly (keyof KeyPair)[];

/** The Secret as it is written: entry by entry, so that nothing else can get in. */
export function leafSecret(owner: LeafOwner, pair: KeyPair, existing: Secret | undefined): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: leafMetadata(owner, existing),
    type: LEAF_SECRET_TYPE,
    data: secretData(Object.fromEntries(LEAF_ENTRIES.map((key) => [key, pair[key]]))),
  };
}

/** The leaf that a Secret holds, as far as it holds one. */
export function readLeaf(stored: Secret): StoredLeaf {
  const entries = LEAF_ENTRIES.map((key) => [key, secretEntry(stored, key)] as const);
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined));
}

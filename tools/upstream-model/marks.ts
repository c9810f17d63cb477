/** Keys and names that others can see. */
import { sha3 } from './hash.ts';
import type { Meta } from './objects.ts';

export const MANAGED_LABEL = 'reconcile.external-secrets.io/managed';
export const OWNER_LABEL = 'reconcile.external-secrets.io/created-by';
export const HASH_ANNOTATION = 'reconcile.external-secrets.io/data-hash';
export const CLEANUP_FINALIZER = 'externalsecrets.external-secrets.io/externalsecret-cleanup';
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Who External Secrets is where it names no manager: the name of its program. */
export const PROGRAM = 'external-secrets';

const MANAGER = 'externalsecrets.external-secrets.io/';
const LONGEST_MANAGER = 63;

/** In whose name it writes targets. */
export function managerOf(name: string): string {
  const plain = MANAGER + name;
  return plain.length > LONGEST_MANAGER ? `${MANAGER}sha3/${sha3(name)}` : plain;
}

/** In whose name it looks for its own labels and annotations: for names of 28 to 63 characters another one. */
const metadataManagerOf = (name: string): string =>
  name.length > LONGEST_MANAGER ? `${MANAGER}sha3/${sha3(name)}` : MANAGER + name;

/** What of a Secret is recorded as written by one ExternalSecret, as upstream looks it up. */
export interface Recorded {
  readonly data: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
}

/** Reads managedFields. @param name of the ExternalSecret */
export function recordedFor(name: string, { managedFields = [] }: Meta): Recorded {
  const below = (manager: string, ...path: string[]): ReadonlySet<string> => {
    const keys = managedFields
      .filter((entry) => entry.manager === manager)
      .flatMap(({ fieldsV1 }) => Object.keys(descend(fieldsV1, path)))
      .filter((key) => key !== '.')
      .map((key) => key.replace(/^f:/, ''));
    return new Set(keys);
  };
  return {
    data: below(managerOf(name), 'f:data'),
    labels: below(metadataManagerOf(name), 'f:metadata', 'f:labels'),
    annotations: below(metadataManagerOf(name), 'f:metadata', 'f:annotations'),
  };
}

function descend(tree: Readonly<Record<string, unknown>> | undefined, path: readonly string[]): object {
  let node: unknown = tree;
  for (const step of path) node = (node as Record<string, unknown> | undefined)?.[step];
  return typeof node === 'object' && node !== null ? node : {};
}

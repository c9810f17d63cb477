import type { OwnerReference } from '@eso/kube';
import type { LeafIdentity } from '@eso/pki';

/** Whom a leaf is for, and which Secret it is kept in. */
export interface LeafOwner {
  /** Value of the annotation `external-secrets.io/owner`: `<namespace>/<name>`. */
  readonly id: string;
  readonly identity: LeafIdentity;
  readonly secret: { readonly namespace: string; readonly name: string };
  /** Lets garbage collection remove the Secret with its Service. Absent for core's client certificate. */
  readonly reference?: OwnerReference;
}

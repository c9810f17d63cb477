import type { StoreKind } from '../resources/external-secret.ts';

/** The store through which a call came. */
export interface StoreReference {
  /** Empty for a core that does not send it, which only an administrator lets in (`--allow-unnamed-stores`). */
  readonly kind: '' | StoreKind;
  /** Read from the store; absent where core names none. */
  readonly name?: string;
  readonly uid?: string;
}

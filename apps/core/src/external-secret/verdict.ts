import type { ExternalSecretMessage } from '@eso/api/resources';
import type { Problem } from '@eso/sync';

/** What a pass found out. */
export type Verdict =
  /** The target is as it should be; `message` is that of the condition, `bound` whether there is a Secret now. */
  | { readonly kind: 'synced'; readonly message: ExternalSecretMessage; readonly bound: boolean }
  /** An earlier failure is over, without anything having been fetched. */
  | { readonly kind: 'recovered' }
  /** `prefix` is the beginning of the condition's message, as External Secrets 2.x writes it; alerts match on it. */
  | { readonly kind: 'failed'; readonly prefix: ExternalSecretMessage; readonly problem: Problem };

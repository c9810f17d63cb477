import { randomUUID } from 'node:crypto';
import type { TestProviderClient } from '@eso/api/testing';
import type { AdverseCalls } from './call-outcomes.ts';

/** Where one store is written to. */
export interface AdverseWrites {
  readonly client: TestProviderClient;
  /** What every request says. */
  readonly request: { readonly providerRef: object; readonly sourceNamespace: string };
  /** Nobody else's. */
  readonly key: string;
}

/** Begins each value that is pushed: it belongs to what is hidden. */
export const PUSHED_VALUE = 'hush-pushed-';

/** A push that always has something to write: a value that was never there. */
export function adverseWrites({ client, request, key }: AdverseWrites): AdverseCalls {
  return {
    push: async (timeoutMs) => {
      const secretData = { value: Buffer.from(PUSHED_VALUE + randomUUID()) };
      const pushSecretData = { secretKey: 'value', remoteKey: key };
      await client.store.pushSecret({ ...request, secretData, pushSecretData }, { timeoutMs });
      return 'pushed';
    },
  };
}

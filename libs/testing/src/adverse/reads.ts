import { ConnectError } from '@connectrpc/connect';
import { errorCodes, isErrorCode } from '@eso/api/contract';
import { type BatchGetOutcome, ErrorSchema } from '@eso/api/stubs';
import type { TestProviderClient } from '@eso/api/testing';
import type { AdverseCalls } from './call-outcomes.ts';

/** What there is to read from one store. */
export interface AdverseReads {
  readonly client: TestProviderClient;
  /** What every request says. */
  readonly request: { readonly providerRef: object; readonly sourceNamespace: string };
  /** A secret that is there and holds a JSON object. */
  readonly key: string;
  /** One more, for batches, which read two; absent: the kind has none. */
  readonly other?: string;
  /** Finds that find something, each absent where the kind has none. */
  readonly find?: { readonly name?: string; readonly tags?: Readonly<Record<string, string>> };
}

/** Every way to read from a store: get, map, tags, finds, a batch, whether a secret is there. */
export function adverseReads({ client, request, key, other, find = {} }: AdverseReads): AdverseCalls {
  const { store, extension } = client;
  const get = (rest: object) => async (timeoutMs: number) =>
    textOf((await store.getSecret({ ...request, remoteRef: { key, ...rest } }, { timeoutMs })).value);
  const all = (selected: object) => async (timeoutMs: number) =>
    textsOf((await store.getAllSecrets({ ...request, find: selected }, { timeoutMs })).secrets);
  return {
    get: get({}),
    tags: get({ metadataPolicy: 'Fetch' }),
    map: async (timeoutMs) =>
      textsOf((await store.getSecretMap({ ...request, remoteRef: { key } }, { timeoutMs })).secrets),
    exists: async (timeoutMs) =>
      String((await store.secretExists({ ...request, remoteRef: { remoteKey: key } }, { timeoutMs })).exists),
    ...(find.name === undefined ? {} : { findByName: all({ name: { regexp: find.name } }) }),
    ...(find.tags === undefined ? {} : { findByTags: all({ tags: find.tags }) }),
    ...(other === undefined
      ? {}
      : {
          batch: async (timeoutMs) => {
            const remoteRefs = [key, other].map((each) => ({ key: each }));
            const { outcomes } = await extension.batchGet({ ...request, remoteRefs }, { timeoutMs });
            return outcomes.map(valueIn).join();
          },
        }),
  };
}

const textOf = (value: Uint8Array): string => Buffer.from(value).toString();

/** Sorted: what is read side by side comes in any order. */
function textsOf(secrets: Readonly<Record<string, Uint8Array>>): string {
  const entries = Object.entries(secrets).map(([key, value]) => `${key}=${textOf(value)}`);
  return JSON.stringify(entries.sort());
}

/** @throws ConnectError as a call for this one alone would have been answered with */
function valueIn({ outcome }: BatchGetOutcome): string {
  if (outcome.case === 'value') return textOf(outcome.value);
  if (outcome.case !== 'error' || !isErrorCode(outcome.value.code)) return '';
  const { code, message } = outcome.value;
  throw new ConnectError(message, errorCodes[code].grpc, undefined, [{ desc: ErrorSchema, value: outcome.value }]);
}

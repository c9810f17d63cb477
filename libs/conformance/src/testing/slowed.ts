import { setTimeout as delay } from 'node:timers/promises';
import type { TestProviderOptions } from '@eso/api/testing';

type Definition = TestProviderOptions['definition'];
type Backend = Awaited<ReturnType<Definition['kinds'][number]['open']>>;

/** Which reads are slow. */
export interface SlowReads {
  readonly key: string;
  /** The store through which they come. Default any. */
  readonly storeName?: string | undefined;
  /** How slow, milliseconds. */
  readonly ms: number;
}

/** The provider, with a backend that takes its time for one secret, as long as somebody waits for it. */
export function slowed(definition: Definition, { key, storeName, ms }: SlowReads): Definition {
  const slow = (backend: Backend): Backend => {
    const get = backend.getSecret?.bind(backend);
    if (!get) return backend;
    backend.getSecret = async (ref, call) => {
      if (ref.key === key && (storeName === undefined || storeName === call.store.name))
        await delay(ms, undefined, { signal: call.signal });
      return get(ref, call);
    };
    return backend;
  };
  return {
    ...definition,
    kinds: definition.kinds.map((kind) => ({ ...kind, open: async (context) => slow(await kind.open(context)) })),
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { TestProviderOptions } from '@eso/api/testing';

type Definition = TestProviderOptions['definition'];
type Backend = Awaited<ReturnType<Definition['kinds'][number]['open']>>;

/** The provider, with a backend that takes `ms` milliseconds for one secret, as long as somebody waits for it. */
export function slowed(definition: Definition, { key, ms }: { readonly key: string; readonly ms: number }): Definition {
  const slow = (backend: Backend): Backend => {
    const get = backend.getSecret?.bind(backend);
    if (!get) return backend;
    backend.getSecret = async (ref, call) => {
      if (ref.key === key) await delay(ms, undefined, { signal: call.signal });
      return get(ref, call);
    };
    return backend;
  };
  return {
    ...definition,
    kinds: definition.kinds.map((kind) => ({ ...kind, open: async (context) => slow(await kind.open(context)) })),
  };
}

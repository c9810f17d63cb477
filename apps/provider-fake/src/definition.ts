import { defineInlineKind, defineKind, type KindBehaviour, type ProviderDefinition } from '@eso/api/server';
import { checkFake, FakeBackend, type PushedSecrets } from './backend.ts';
import type { FakeConfig, FakeStoreConfig } from './config/fake.ts';
import { fakeSchema } from './config/gen/fake.ts';

/** A new fake provider, with nothing pushed into it yet. */
export function fakeProvider(): ProviderDefinition {
  // By UID, so that neither two Fakes nor a Fake and its successor of the same name see each other's secrets.
  const pushed = new Map<string, PushedSecrets>();
  const behaviour: KindBehaviour<FakeConfig> = {
    features: ['get', 'map', 'findByName', 'push', 'delete', 'exists'],
    metricName: 'Fake',
    checkConfig: checkFake,
    open: ({ config, source }) => {
      const own = pushed.get(source.uid) ?? new Map<string, Uint8Array>();
      pushed.set(source.uid, own);
      return new FakeBackend(config, own);
    },
  };
  return {
    name: 'fake',
    kinds: [
      defineKind<FakeConfig>({
        ...behaviour,
        apiVersion: 'provider.external-secrets.io/v2alpha1',
        kind: 'Fake',
        plural: 'fakes',
      }),
      defineInlineKind<FakeStoreConfig>({ ...behaviour, key: 'fake', schema: fakeSchema }),
    ],
  };
}

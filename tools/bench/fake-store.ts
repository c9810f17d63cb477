import { providers } from '@eso/api/resources';
import { type KubeClient, type KubeObject, resourceType } from '@eso/kube';
import { eventually, providerAddress, type TestCluster } from '@eso/testing';

/** The config kind of provider-fake. */
export const FAKE = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake' } as const;
/** Name of the config object and of the Provider that refers to it. */
export const FAKE_STORE = 'fake';

interface Fake extends KubeObject {
  readonly spec: { readonly data: readonly { readonly key: string; readonly value: string }[] };
}
const fakes = resourceType<Fake>('provider.external-secrets.io', 'v2alpha1', 'fakes', FAKE.kind, 'Namespaced');

/**
 * Creates a Provider of provider-fake with these values and waits until core has found it valid. Not by `kubectl apply`, whose
 * annotation with the whole manifest ends at 256 KiB.
 */
export async function createFakeStore(
  cluster: TestCluster,
  namespace: string,
  data: Fake['spec']['data'],
): Promise<void> {
  const client = cluster.client();
  const metadata = { name: FAKE_STORE, namespace };
  await client.create(fakes, { ...FAKE, metadata, spec: { data } });
  await client.create(providers, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'Provider',
    metadata,
    spec: { address: providerAddress('fake'), providerRef: { ...FAKE, name: FAKE_STORE } },
  });
  await eventually(async () => {
    const { status } = await client.get(providers, metadata);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') throw new Error(`the Provider is not ready: ${ready?.message ?? 'no condition yet'}`);
  });
}

/** Changes one value of the config object. @throws Error when there is no such key */
export async function setFakeValue(client: KubeClient, namespace: string, key: string, value: string): Promise<void> {
  const before = await client.get(fakes, { namespace, name: FAKE_STORE });
  const data = before.spec.data.map((entry) => (entry.key === key ? { key, value } : entry));
  if (!data.some((entry) => entry.key === key)) throw new Error(`the store holds no key ${key}`);
  await client.update(fakes, { ...before, spec: { data } });
}

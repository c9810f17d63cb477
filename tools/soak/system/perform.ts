import { externalSecrets } from '@eso/api/resources';
import { configMaps, isKubeError, type KubeClient, resourceType, secrets } from '@eso/kube';
import { eventually } from '@eso/testing';
import { type SyncedObject, targetNameOf, type Texts } from '@eso/upstream-model';
import { keyOf, manifestOf, type Step, type World } from './world.ts';

/** While the API server is away, users try again. */
const PATIENCE_MS = 60_000;
const LABEL = 'reconcile.external-secrets.io/managed';

/** Does on the API server what a user does; `world` is as it was before. Ends when it is done. */
export async function perform(client: KubeClient, world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'create': {
      const first = manifestOf(step.life);
      const { namespace = '' } = first.metadata;
      if (step.before) await makeSecret(client, { namespace, name: targetNameOf(first) }, step.before);
      if (step.texts) await putTexts(client, keyOf(first), step.texts);
      return patiently('create', () => client.request('POST', path(namespace), { body: first }));
    }
    case 'edit': {
      const { metadata, spec } = step.manifest;
      const body = [
        { op: 'replace', path: '/spec', value: spec },
        { op: 'add', path: '/metadata/labels', value: metadata.labels },
      ];
      return patiently('other', () => client.patch(externalSecrets, refOf(step.key), body, { type: 'json' }));
    }
    case 'delete':
      return patiently('delete', () => client.delete(externalSecrets, refOf(step.key)));
    case 'drift':
      return drift(client, world, step);
    case 'store':
      return putStore(client, step.namespace, step.values);
    case 'texts':
      return putTexts(client, step.key, step.data);
  }
}

/** A Secret made by hand. */
export function makeSecret(
  client: KubeClient,
  metadata: { namespace: string; name: string },
  data: Texts,
): Promise<void> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { ...data } };
  return patiently('create', () => client.create(secrets, secret));
}

const fakes = resourceType('provider.external-secrets.io', 'v2alpha1', 'fakes', 'Fake', 'Namespaced');

/** What the backend of a namespace holds from now on. */
export function putStore(client: KubeClient, namespace: string, values: Texts): Promise<void> {
  const data = Object.entries(values).map(([key, value]) => ({ key, value }));
  const body = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', spec: { data } };
  const apply = { type: 'apply', fieldManager: 'soak', force: true } as const;
  return patiently('other', () =>
    client.patch(fakes, { namespace, name: 'backend' }, { ...body, metadata: { namespace, name: 'backend' } }, apply),
  );
}

function putTexts(client: KubeClient, key: string, data: Texts): Promise<void> {
  const { namespace, name } = refOf(key);
  const metadata = { namespace, name: `${name}-texts` };
  const apply = { type: 'apply', fieldManager: 'soak', force: true } as const;
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  return patiently('other', () => client.patch(configMaps, metadata, body, apply));
}

async function drift(
  client: KubeClient,
  world: World,
  { how, key, data }: Extract<Step, { kind: 'drift' }>,
): Promise<void> {
  const life = world.lives.get(key);
  if (!life) return;
  const ref = { namespace: refOf(key).namespace, name: targetNameOf(manifestOf(life)) };
  if (how === 'delete') return patiently('delete', () => client.delete(secrets, ref));
  const body = how === 'edit' ? { data } : { metadata: { labels: { [LABEL]: null } } };
  return patiently('delete', () => client.patch(secrets, ref, body, { type: 'merge', fieldManager: 'kubectl-edit' }));
}

/** Tries until the API server has taken it; an answer that got lost may have been a yes. */
async function patiently(what: 'create' | 'delete' | 'other', request: () => Promise<unknown>): Promise<void> {
  await eventually(
    async () => {
      try {
        await request();
      } catch (error) {
        if (what === 'create' && isKubeError(error, 'ALREADY_EXISTS')) return;
        // A target that is not there now cannot be touched: that changes nothing.
        if (what === 'delete' && isKubeError(error, 'NOT_FOUND')) return;
        throw error;
      }
    },
    { timeoutMs: PATIENCE_MS, intervalMs: 200 },
  );
}

const refOf = (key: string): { namespace: string; name: string } => {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
};
const path = (namespace: string): string => `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;

/** Asks for a sync of all of them, as a user does. */
export async function forceSync(client: KubeClient, world: World, value: string): Promise<void> {
  const annotations = { 'external-secrets.io/force-sync': value };
  const asked = (life: SyncedObject): Promise<void> =>
    patiently('other', () =>
      client.patch(externalSecrets, refOf(keyOf(life)), { metadata: { annotations } }, { type: 'merge' }),
    );
  for (const life of world.lives.values()) await asked(manifestOf(life));
}

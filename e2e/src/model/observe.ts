import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { isKubeError, type KubeClient, type Secret, secrets } from '@eso/kube';
import { dataHash, type Model, type Target } from './model.ts';

const MANAGED = 'reconcile.external-secrets.io/managed';
const DATA_HASH = 'reconcile.external-secrets.io/data-hash';

/**
 * Compares a namespace with the model.
 * @returns one line for each difference, sorted; empty when all is as it has to be
 */
export async function differences(client: KubeClient, namespace: string, model: Model): Promise<string[]> {
  const [{ items: found }, { items: objects }] = await Promise.all([
    client.list(secrets, { namespace }),
    client.list(externalSecrets, { namespace }),
  ]);
  const targets = model.targets();
  // One that somebody took the label from is out of sight (core watches Secrets by that label), until it is a target again.
  const ours = found.filter(({ metadata }) => metadata.labels?.[MANAGED] === 'true');
  const superfluous = ours
    .filter(({ metadata }) => !targets.has(metadata.name))
    .map(({ metadata }) => `Secret ${metadata.name} is left over`);
  const wrong = [...targets].flatMap(([name, target]) => {
    const object = objects.find(({ metadata }) => metadata.name === target.owner);
    const secret = found.find(({ metadata }) => metadata.name === name);
    return object ? differencesOf(name, target, secret, object) : [`ExternalSecret ${target.owner} is missing`];
  });
  return [...superfluous, ...wrong].sort();
}

function differencesOf(name: string, target: Target, secret: Secret | undefined, object: ExternalSecret): string[] {
  const ready = object.status?.conditions?.find(({ type }) => type === 'Ready');
  const wrong: string[] = [];
  const check = (right: boolean, what: string): void => {
    if (!right) wrong.push(`${object.metadata.name}: ${what}`);
  };
  check(ready?.status === 'True', `Ready is ${ready?.status ?? 'absent'}: ${ready?.message ?? ''}`);
  check(object.status?.binding?.name === name, `status.binding names ${object.status?.binding?.name ?? 'nothing'}`);
  if (!secret) return [...wrong, `${object.metadata.name}: Secret ${name} is missing`];
  const data = Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
  const { labels, annotations, ownerReferences } = secret.metadata;
  const hash = dataHash(data);
  check(
    target.allowed.some((allowed) => dataHash(allowed) === hash),
    `Secret ${name} holds ${JSON.stringify(data)} instead of ${JSON.stringify(target.allowed)}`,
  );
  check(labels?.[MANAGED] === 'true', `Secret ${name} is not labelled`);
  check(annotations?.[DATA_HASH] === hash, `Secret ${name} has the hash of other data`);
  check(
    ownerReferences?.some(({ uid, controller }) => uid === object.metadata.uid && controller === true) === true,
    `Secret ${name} belongs to somebody else`,
  );
  return wrong;
}

/** Removes Secrets whose ExternalSecret is gone, as the garbage collector does; this control plane has none. */
export async function collectGarbage(client: KubeClient, namespace: string): Promise<void> {
  const { items: found } = await client.list(secrets, { namespace });
  const { items: objects } = await client.list(externalSecrets, { namespace });
  const alive = new Set(objects.map(({ metadata }) => metadata.uid));
  for (const { metadata } of found) {
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'ExternalSecret');
    if (!owner || alive.has(owner.uid)) continue;
    const { name, uid = '', resourceVersion = '' } = metadata;
    try {
      await client.delete(secrets, { namespace, name }, { uid, resourceVersion });
    } catch (error) {
      // Somebody took it over, or was faster.
      if (!isKubeError(error, 'CONFLICT') && !isKubeError(error, 'NOT_FOUND')) throw error;
    }
  }
}

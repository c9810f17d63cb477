import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { type KubeClient, type Secret, secrets } from '@eso/kube';

/** Everything that moving over must leave alone, as it is at one moment. */
export interface ClusterSnapshot {
  /** By namespace and name. */
  readonly externalSecrets: ReadonlyMap<string, ExternalSecret>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** Reads it. */
export async function snapshotOf(client: KubeClient, namespaces: readonly string[]): Promise<ClusterSnapshot> {
  const key = ({ metadata }: ExternalSecret | Secret): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  const objects: ExternalSecret[] = [];
  const found: Secret[] = [];
  for (const namespace of namespaces) {
    objects.push(...(await client.list(externalSecrets, { namespace })).items);
    found.push(...(await client.list(secrets, { namespace })).items);
  }
  return {
    externalSecrets: new Map(objects.map((object) => [key(object), object])),
    secrets: new Map(found.map((object) => [key(object), object])),
  };
}

/** Keys of what was created, changed or deleted between two moments. */
export function touched(before: ReadonlyMap<string, Secret | ExternalSecret>, after: typeof before): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  const version = (map: typeof before, key: string): string | undefined => map.get(key)?.metadata.resourceVersion;
  return [...keys].filter((key) => version(before, key) !== version(after, key)).sort();
}

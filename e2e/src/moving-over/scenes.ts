import { externalSecrets } from '@eso/api/resources';
import { configMaps, type KubeClient, secrets } from '@eso/kube';
import type { Backend, Scene } from '@eso/upstream-model';

/** Every ExternalSecret of these namespaces as upstream would meet it now. */
export async function scenesOf(
  client: KubeClient,
  namespaces: readonly string[],
  backend: Backend,
  now = Date.now(),
): Promise<Scene[]> {
  const all: Scene[] = [];
  for (const namespace of namespaces) {
    const [objects, found, texts] = await Promise.all([
      client.list(externalSecrets, { namespace }),
      client.list(secrets, { namespace }),
      client.list(configMaps, { namespace }),
    ]);
    const read = (_kind: string, name: string, key: string): string | undefined =>
      texts.items.find(({ metadata }) => metadata.name === name)?.data?.[key];
    for (const externalSecret of objects.items) all.push({ externalSecret, secrets: found.items, backend, read, now });
  }
  return all;
}

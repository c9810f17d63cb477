import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { configMaps, type KubeClient, secrets } from '@eso/kube';
import {
  type Afterwards,
  type Backend,
  LOST,
  type Migrant,
  passOver,
  type ReadText,
  STORED,
  type SyncedObject,
  targetNameOf,
} from '@eso/upstream-model';
import { UpstreamWrites } from './upstream-writes.ts';

/** How many targets are written at once. */
const IN_FLIGHT = 8;
/** More passes than any state needs. */
const MAX_PASSES = 5;

/** What all stores of the fixture hold now. */
export const backendNow: Backend = () => STORED;
const backendBefore: Backend = () => ({ ...STORED, ...LOST });

/**
 * Brings a cluster without core into the state that upstream leaves: users write their manifests, and the model of upstream acts on
 * the API server in upstream's name. The ExternalSecret CRD and the namespaces have to be there; stores need not.
 */
export async function leaveBehind(client: KubeClient, migrants: readonly Migrant[]): Promise<void> {
  const leaving = new Leaving(client);
  for (const migrant of migrants) await leaving.writeTexts(migrant);
  // What a template reads was there before it was rendered; times on objects are whole seconds.
  await sleep(2_000);
  const groups = [...Map.groupBy(migrants, ({ manifest }) => targetOf(manifest)).values()];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < groups.length; index = next++) {
      // Those who share a target write it one after the other.
      for (const migrant of groups[index] ?? []) await leaving.leave(migrant);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

const targetOf = (es: SyncedObject): string => `${es.metadata.namespace ?? ''}/${targetNameOf(es)}`;

class Leaving {
  readonly #client: KubeClient;
  readonly #writes: UpstreamWrites;

  constructor(client: KubeClient) {
    this.#client = client;
    this.#writes = new UpstreamWrites(client);
  }

  async writeTexts({ manifest, texts }: Migrant): Promise<void> {
    if (!texts) return;
    const metadata = { namespace: manifest.metadata.namespace ?? '', name: texts.name };
    await this.#client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ...texts.data } });
  }

  async leave(migrant: Migrant): Promise<void> {
    const { manifest, author, before, afterwards } = migrant;
    if (before) await this.#writes.secretByHand(before);
    await this.#writes.apply(manifest, author);
    await this.#upstream(migrant, backendBefore);
    for (const happened of afterwards) await this.#afterwards(migrant, happened);
  }

  /** Upstream looks until it does not come back at once. */
  async #upstream({ manifest, texts }: Migrant, backend: Backend, ignoringPolicy = false): Promise<void> {
    const { namespace = '', name } = manifest.metadata;
    const read: ReadText = (_kind, of, key) => (of === texts?.name ? texts.data[key] : undefined);
    for (let count = 0; count < MAX_PASSES; count++) {
      const stored: SyncedObject = await this.#client.get(externalSecrets, { namespace, name });
      const due = { ...stored, status: { ...stored.status, refreshTime: null } };
      const es = ignoringPolicy ? due : stored;
      const target = await this.#writes.secret(namespace, targetNameOf(es));
      const { outcome, effects } = passOver({
        externalSecret: es,
        secrets: target ? [target] : [],
        backend,
        read,
        now: Date.now(),
      });
      if (outcome === 'failed') throw new Error(`upstream would fail at ${namespace}/${name}`);
      await this.#writes.carryOut(es, effects);
      if (outcome !== 'again') return;
    }
    throw new Error(`upstream comes to no end at ${namespace}/${name}`);
  }

  async #afterwards(migrant: Migrant, happened: Afterwards): Promise<void> {
    const { manifest } = migrant;
    const { namespace = '', name } = manifest.metadata;
    const target = { namespace, name: targetNameOf(manifest) };
    switch (happened.kind) {
      case 'losesValues':
        return this.#upstream(migrant, backendNow, true);
      case 'editsSpec':
        await this.#client.patch(externalSecrets, { namespace, name }, { spec: happened.spec }, { type: 'merge' });
        return this.#upstream(migrant, backendNow);
      case 'deletesSecret':
        return this.#client.delete(secrets, target);
      case 'editsSecret':
        await this.#client.patch(secrets, target, { data: happened.data }, { type: 'merge' });
        return this.#upstream(migrant, backendNow);
    }
  }
}

import type { ExternalSecret } from '@eso/api/resources';
import type { Secret } from '@eso/kube';
import { SeededRandom } from '@eso/testing';
import { fetched, HASH_ANNOTATION, hashData, targetNameOf, type Texts, written } from '@eso/upstream-model';
import { differences, type Found } from './desired.ts';
import { KINDS } from './kinds.ts';
import { create, nextStep, storeValues } from './steps.ts';
import { BY_HAND, keyOf, type LifeKind, manifestOf, SHARED, World } from './world.ts';

const NAMESPACE = 'team';

/** One ExternalSecret of each kind. */
function furnished(kinds: readonly LifeKind[] = KINDS): World {
  const random = new SeededRandom(1);
  const world = new World();
  world.apply({ kind: 'store', namespace: NAMESPACE, values: storeValues(random, 'all') });
  for (const kind of kinds) world.apply(create(random, kind, { namespace: NAMESPACE, name: kind.toLowerCase() }));
  return world;
}

/** A cluster that is as the world wants it. */
function right(world: World): { externalSecrets: Map<string, ExternalSecret>; secrets: Map<string, Secret> } {
  const externalSecrets = new Map<string, ExternalSecret>();
  const secrets = new Map<string, Secret>();
  const values = world.stores.get(NAMESPACE) ?? {};
  const put = (key: string, secret: Secret, data: Texts): void => {
    const annotations = { ...secret.metadata.annotations, [HASH_ANNOTATION]: hashData(data) };
    secrets.set(key, { ...secret, data: { ...data }, metadata: { ...secret.metadata, annotations } });
  };
  const shared = { apiVersion: 'v1', kind: 'Secret', metadata: { name: SHARED, namespace: NAMESPACE } };
  put(`${NAMESPACE}/${SHARED}`, shared, BY_HAND);
  for (const life of world.lives.values()) {
    const final = manifestOf(life);
    const key = keyOf(final);
    const reason = life.kind === 'mergeAlone' ? 'SecretMissing' : 'SecretSynced';
    const es = { ...final, metadata: { ...final.metadata, uid: `uid-of-${key}` } };
    const status = { conditions: [{ type: 'Ready', status: 'True', reason }] } satisfies ExternalSecret['status'];
    externalSecrets.set(key, { ...(es as unknown as ExternalSecret), status });
    if (life.kind === 'none' || life.kind === 'mergeAlone') continue;
    const answer = fetched(final, () => values);
    if (answer.kind === 'failed') throw new Error(answer.field);
    const secret = written(es, undefined, answer.data, () => world.texts.get(key)?.['conf']) as unknown as Secret;
    const target = `${NAMESPACE}/${targetNameOf(final)}`;
    const before = life.kind === 'merge' ? secrets.get(target)?.data : world.byHand.get(key);
    put(target, life.kind === 'merge' ? shared : secret, { ...before, ...secret.data });
  }
  return { externalSecrets, secrets };
}

const targetOf = (world: World, kind: LifeKind): string => {
  const life = [...world.lives.values()].find((each) => each.kind === kind);
  return `${NAMESPACE}/${life ? targetNameOf(manifestOf(life)) : ''}`;
};

test('what is as users wanted it has no differences', () => {
  const world = furnished();
  expect(differences(world, right(world))).toEqual([]);
});

const WITH_TARGET = KINDS.filter((kind) => !['none', 'mergeAlone'].includes(kind));
test.each(WITH_TARGET)(
  'of a target of kind %s is told that it is gone, holds other data, or lost its marks',
  (kind) => {
    const world = furnished();
    const target = targetOf(world, kind);
    const changed = (change: (secret: Secret) => Secret | undefined): string[] => {
      const found = right(world);
      const secret = found.secrets.get(target);
      const next = secret && change(secret);
      if (next) found.secrets.set(target, next);
      else found.secrets.delete(target);
      return differences(world, found);
    };
    expect(changed(() => undefined)).not.toEqual([]);
    expect(changed((secret) => ({ ...secret, data: { ...secret.data, more: 'eA==' } }))).not.toEqual([]);
    expect(changed((secret) => ({ ...secret, data: {} }))).not.toEqual([]);
    const rehashed = (secret: Secret, data: Record<string, string>): Secret => ({
      ...secret,
      data,
      metadata: {
        ...secret.metadata,
        annotations: { ...secret.metadata.annotations, [HASH_ANNOTATION]: hashData(data) },
      },
    });
    expect(changed((secret) => rehashed(secret, { ...secret.data, more: 'eA==' }))).not.toEqual([]);
    const [first = ''] = Object.keys(right(world).secrets.get(target)?.data ?? {});
    expect(changed((secret) => rehashed(secret, { ...secret.data, [first]: 'b3RoZXI=' }))).not.toEqual([]);
    if (kind === 'merge') return;
    expect(changed((secret) => ({ ...secret, metadata: { ...secret.metadata, labels: {} } }))).not.toEqual([]);
  },
);

test('owners, labels and annotations count where nobody else writes them', () => {
  const world = furnished();
  const target = targetOf(world, 'owner');
  const changed = (metadata: Partial<Secret['metadata']>): string[] => {
    const found = right(world);
    const secret = found.secrets.get(target);
    if (secret) found.secrets.set(target, { ...secret, metadata: { ...secret.metadata, ...metadata } });
    return differences(world, found);
  };
  const { labels = {}, annotations = {} } = right(world).secrets.get(target)?.metadata ?? {};
  expect(changed({ ownerReferences: [] }).join()).toContain('belongs to somebody else');
  expect(changed({ labels: { ...labels, stale: 'x' } }).join()).toContain('has labels');
  expect(changed({ annotations: { ...annotations, stale: 'x' } }).join()).toContain('has annotations');
});

test('a template reads the ConfigMap of its own namespace', () => {
  const world = furnished(['template']);
  world.texts.delete(`${NAMESPACE}/template`);
  world.texts.set('another/template', { conf: 'another' });
  world.texts.set(`${NAMESPACE}/template`, { conf: 'mine' });
  expect(differences(world, right(world))).toEqual([]);
});

test('conditions, objects that are missing, and what is left over', () => {
  const world = furnished(['owner', 'none', 'deletes']);
  const key = `${NAMESPACE}/owner`;
  const changed = (change: (found: ReturnType<typeof right>) => void): string => {
    const found = right(world);
    change(found);
    return differences(world, found satisfies Found).join();
  };
  const failing = { status: 'False', message: 'it fails', type: 'Ready' } as const;
  expect(changed(({ externalSecrets: all }) => all.delete(key))).toContain('owner is missing');
  expect(
    changed(({ externalSecrets: all }) => all.set(key, { ...all.get(key)!, status: { conditions: [failing] } })),
  ).toContain('not Ready: it fails');
  const owned = right(world).secrets.get(targetOf(world, 'owner'))!;
  expect(changed(({ secrets }) => secrets.set(`${NAMESPACE}/old`, owned))).toContain('old is left over');
  expect(changed(({ secrets }) => secrets.set(`${NAMESPACE}/none`, owned))).toContain('none is there');
  world.apply({ kind: 'store', namespace: NAMESPACE, values: { ...world.stores.get(NAMESPACE), 'opt-a': 'y' } });
  expect(changed(() => undefined)).toBe('');
});

test('the same seed gives the same steps', () => {
  const steps = (seed: number): string => {
    const random = new SeededRandom(seed);
    const world = furnished();
    const ground = { namespaces: [NAMESPACE], most: 10 } as const;
    const done = Array.from({ length: 200 }, (_, count) => {
      const step = nextStep(random, world, ground, count);
      world.apply(step);
      return JSON.stringify(step);
    });
    return done.join('\n');
  };
  expect(steps(1)).toBe(steps(1));
  expect(steps(1)).not.toBe(steps(2));
  for (const kind of ['create', 'edit', 'delete', 'drift', 'store', 'texts'])
    expect(steps(1)).toContain(`{"kind":"${kind}"`);
});

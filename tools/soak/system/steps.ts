import type { SeededRandom } from '@eso/testing';
import type { SyncedObject, Texts } from '@eso/upstream-model';
import { DOCUMENT, KINDS, OPTIONAL, REQUIRED, specOf } from './kinds.ts';
import { BY_HAND, keyOf, type Life, type LifeKind, manifestOf, type Step, type World } from './world.ts';

/** Where ExternalSecrets come and go, and how many there are at most at once, beside the permanent ones. */
export interface Ground {
  readonly namespaces: readonly [string, ...string[]];
  readonly most: number;
}

/** Whose target users meddle with; under Orphan nobody puts it right, and what is not there cannot be changed. */
const MENDED: ReadonlySet<LifeKind> = new Set([
  'owner',
  'template',
  'extract',
  'createOrMerge',
  'createdOnce',
  'noInterval',
]);

/** A manifest of that kind, at random. */
export function manifest(random: SeededRandom, kind: LifeKind, namespace: string, name: string): SyncedObject {
  const labels = random.chance(0.5) ? { team: random.pick(['red', 'blue']) } : {};
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace, name, labels },
    spec: specOf(kind, name, random),
  };
}

/** An ExternalSecret of that kind, with all that it needs. */
export function create(
  random: SeededRandom,
  kind: LifeKind,
  where: Pick<SyncedObject['metadata'], 'namespace' | 'name'>,
  permanent = false,
): Step {
  const first = manifest(random, kind, where.namespace ?? '', where.name);
  return {
    kind: 'create',
    life: { kind, history: [first], permanent },
    ...(kind === 'createOrMerge' && random.chance(0.5) ? { before: BY_HAND } : {}),
    ...(kind === 'template' ? { texts: texts(random) } : {}),
  };
}

const texts = (random: SeededRandom): Texts => ({
  conf: `user=${random.pick(['{{ .a }}', '{{ .b }}'])} ${random.between(0, 1_000)}`,
});

/** How much of its keys a store has: some of all, all that are required and some of the rest, or all. */
export type Fullness = 'some' | 'required' | 'all';

/** What a store has from now on. */
export function storeValues(random: SeededRandom, fullness: Fullness): Texts {
  const keys = [
    ...REQUIRED.filter(() => fullness !== 'some' || random.chance(0.9)),
    ...OPTIONAL.filter(() => fullness === 'all' || random.chance(0.5)),
  ];
  const value = (): string => `v-${random.between(0, 1_000_000)}`;
  return {
    ...Object.fromEntries(keys.map((key) => [key, value()])),
    [DOCUMENT]: JSON.stringify({ user: value(), port: random.between(1, 65_536) }),
  };
}

/** The next thing that a user does, given what there is. `count` numbers the steps. */
export function nextStep(random: SeededRandom, world: World, { namespaces, most }: Ground, count: number): Step {
  const passing = [...world.lives.values()].filter(({ permanent }) => !permanent);
  const [first, ...others] = passing;
  const namespace = random.pick(namespaces);
  if (!first || (passing.length < most && random.chance(0.4)))
    return create(random, random.pick(KINDS), { namespace, name: `es-${count}` });
  const life = random.pick([first, ...others]);
  const key = keyOf(manifestOf(life));
  const what = random.pick(['edit', 'edit', 'delete', 'drift', 'drift', 'store', 'texts']);
  if (what === 'edit' && life.kind !== 'immutable') return { kind: 'edit', key, manifest: edited(random, life) };
  if (what === 'drift' && MENDED.has(life.kind)) {
    const hand = life.kind === 'createOrMerge';
    // What stands there by hand under CreateOrMerge would be gone for good.
    const how = hand ? 'edit' : random.pick(['delete', 'edit', 'unlabel'] as const);
    return { kind: 'drift', how, key, data: { [forgedKey(life)]: 'Zm9yZ2Vk' } };
  }
  if (what === 'delete') return { kind: 'delete', key };
  if (what === 'texts' && life.kind === 'template') return { kind: 'texts', key, data: texts(random) };
  return { kind: 'store', namespace, values: storeValues(random, 'some') };
}

function edited(random: SeededRandom, life: Life): SyncedObject {
  const { metadata } = manifestOf(life);
  return manifest(random, life.kind, metadata.namespace ?? '', metadata.name);
}

/** A key that its target has. */
function forgedKey(life: Life): string {
  return life.kind === 'template' ? 'url' : (manifestOf(life).spec.data?.[0]?.secretKey ?? 'forged');
}

/** What has to be true of a cluster at rest, from what users did and from nothing else; core's code has no part in it. */
import type { ExternalSecret } from '@eso/api/resources';
import type { Secret } from '@eso/kube';
import {
  fetched,
  HASH_ANNOTATION,
  hashData,
  MANAGED_LABEL,
  targetNameOf,
  type Texts,
  written,
} from '@eso/upstream-model';
import { BY_HAND, keyOf, type Life, type LifeKind, manifestOf, SHARED, type World } from './world.ts';

/** Kinds whose values stay as they were when they were fetched, from any spec since their creation. */
const FROZEN: ReadonlySet<LifeKind> = new Set(['createdOnce', 'noInterval', 'immutable']);
/** Value that users write over others. */
const FORGED = 'Zm9yZ2Vk';

/** The objects of a cluster, by `namespace/name`. */
export interface Found {
  readonly externalSecrets: ReadonlyMap<string, ExternalSecret>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** One line for each thing that is not as it has to be, sorted. */
export function differences(world: World, found: Found): string[] {
  const lives = [...world.lives.values()];
  return [
    ...lives.flatMap((life) => differencesOf(life, world, found)),
    ...[...world.stores.keys()].flatMap((namespace) => sharedDifferences(namespace, world, found)),
    ...superfluous(world, found),
  ].sort();
}

function differencesOf(life: Life, world: World, found: Found): string[] {
  const key = keyOf(manifestOf(life));
  const es = found.externalSecrets.get(key);
  if (!es) return [`${key} is missing`];
  const ready = es.status?.conditions?.find(({ type }) => type === 'Ready');
  const reason = ready?.status === 'True' ? (ready.reason ?? '') : `not Ready: ${ready?.message ?? 'no condition'}`;
  const wanted = wantedReason(life, world);
  const wrong = reason === wanted ? [] : [`says ${reason} instead of ${wanted}`];
  if (life.kind !== 'merge') wrong.push(...targetDifferences(life, world, found, es));
  return wrong.map((what) => `${key} (${life.kind}) ${what}`);
}

function wantedReason(life: Life, world: World): string {
  if (life.kind === 'mergeAlone') return 'SecretMissing';
  return life.kind === 'deletes' && Object.keys(valuesOf(life, world)).length === 0 ? 'SecretDeleted' : 'SecretSynced';
}

function targetDifferences(life: Life, world: World, found: Found, es: ExternalSecret): string[] {
  const final = manifestOf(life);
  const name = targetNameOf(final);
  const secret = found.secrets.get(`${final.metadata.namespace ?? ''}/${name}`);
  const absent = life.kind === 'none' || wantedReason(life, world) !== 'SecretSynced';
  if (absent) return secret ? [`Secret ${name} is there`] : [];
  if (!secret) return [`Secret ${name} is missing`];
  const { labels = {}, annotations = {}, ownerReferences = [] } = secret.metadata;
  const wrong: string[] = [];
  const check = (right: boolean, what: string): void => {
    if (!right) wrong.push(`Secret ${name} ${what}`);
  };
  check(labels[MANAGED_LABEL] === 'true', 'is not labelled');
  check(annotations[HASH_ANNOTATION] === hashData(secret.data), 'has the hash of other data');
  if (FROZEN.has(life.kind))
    check(couldHold(life, world, secret.data ?? {}), `holds ${keysOf(secret.data)}, which was never wanted`);
  else {
    const object = { ...final, metadata: es.metadata };
    const wanted = written(object, undefined, valuesOf(life, world), reader(world, final.metadata.namespace ?? ''));
    const data = { ...(world.byHand.get(keyOf(final)) ?? {}), ...wanted.data };
    check(sameData(life, data, secret.data ?? {}), `holds ${print(secret.data)} instead of ${print(data)}`);
    check(
      same(wanted.metadata.labels, labels),
      `has labels ${print(labels)} instead of ${print(wanted.metadata.labels)}`,
    );
    const { [HASH_ANNOTATION]: hash = '', ...others } = annotations;
    const { [HASH_ANNOTATION]: own = '', ...wantedOthers } = wanted.metadata.annotations ?? {};
    check(
      hash !== '' && own !== '' && same(wantedOthers, others),
      `has annotations ${print(others)} instead of ${print(wantedOthers)}`,
    );
    const owners = (list: typeof wanted.metadata.ownerReferences): string => (list ?? []).map(({ uid }) => uid).join();
    check(owners(wanted.metadata.ownerReferences) === owners(ownerReferences), 'belongs to somebody else');
  }
  return wrong;
}

/** Under CreateOrMerge, what somebody wrote over a key that was given up at the same moment is his from then on. */
function sameData({ kind }: Life, wanted: Texts, data: Texts): boolean {
  const kept =
    kind === 'createOrMerge'
      ? Object.entries(data).filter(([key, value]) => key in wanted || value !== FORGED)
      : Object.entries(data);
  return same(wanted, Object.fromEntries(kept));
}

/** What the sources of an ExternalSecret give now, in base64. @throws Error when one is absent that has to be there */
function valuesOf(life: Life, world: World): Texts {
  const final = manifestOf(life);
  const values = world.stores.get(final.metadata.namespace ?? '') ?? {};
  const answer = fetched(final, () => values);
  if (answer.kind === 'failed') throw new Error(`the soak ends with nothing at ${answer.field} of ${keyOf(final)}`);
  return answer.data;
}

/** ConfigMaps of its own namespace, by name. */
const reader =
  (world: World, namespace: string) =>
  (_kind: string, name: string, key: string): string | undefined =>
    world.texts.get(`${namespace}/${name.replace(/-texts$/, '')}`)?.[key];

function couldHold({ history }: Life, world: World, data: Texts): boolean {
  return history.some(({ spec, metadata: { namespace = '' } }) => {
    const entries = spec.data ?? [];
    return (
      entries.length === Object.keys(data).length &&
      entries.every(({ secretKey, remoteRef }) =>
        world.ever.get(`${namespace}/${remoteRef.key}`)?.has(data[secretKey] ?? ''),
      )
    );
  });
}

/** The one into which several write: what is there by hand, the keys of each, and perhaps what those who are gone left. */
function sharedDifferences(namespace: string, world: World, found: Found): string[] {
  const secret = found.secrets.get(`${namespace}/${SHARED}`);
  if (!secret) return [`${namespace}/${SHARED} is missing`];
  const writers = [...world.lives.values()].filter(
    (life) => life.kind === 'merge' && manifestOf(life).metadata.namespace === namespace,
  );
  const wanted = { ...BY_HAND, ...(Object.assign({}, ...writers.map((life) => valuesOf(life, world))) as Texts) };
  const left = world.leftovers.get(namespace) ?? new Set();
  const data = Object.fromEntries(Object.entries(secret.data ?? {}).filter(([key]) => key in wanted || !left.has(key)));
  const wrong = same(wanted, data) ? [] : [`holds ${print(data)} instead of ${print(wanted)}`];
  if (writers.length > 0 && secret.metadata.annotations?.[HASH_ANNOTATION] !== hashData(secret.data))
    wrong.push('has the hash of other data');
  return wrong.map((what) => `Secret ${namespace}/${SHARED} ${what}`);
}

/** Owned Secrets that are no target; those whose owner is gone are the garbage collector's. */
function superfluous(world: World, { externalSecrets, secrets }: Found): string[] {
  const targets = new Set(
    [...world.lives.values()].map(manifestOf).map((es) => `${es.metadata.namespace ?? ''}/${targetNameOf(es)}`),
  );
  const alive = new Set([...externalSecrets.values()].map(({ metadata }) => metadata.uid));
  return [...secrets].flatMap(([key, { metadata }]) => {
    const owned = metadata.ownerReferences?.some(({ uid }) => alive.has(uid)) === true;
    return owned && metadata.labels?.[MANAGED_LABEL] === 'true' && !targets.has(key)
      ? [`Secret ${key} is left over`]
      : [];
  });
}

function same(a: Texts | undefined, b: Texts | undefined): boolean {
  const sorted = (map: Texts | undefined): string =>
    JSON.stringify(Object.entries(map ?? {}).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}
const print = (map: Texts | undefined): string => JSON.stringify(map ?? {});
const keysOf = (map: Texts | undefined): string => Object.keys(map ?? {}).join(', ');

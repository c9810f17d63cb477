import type { SeededRandom } from '@eso/testing';
import type { DataEntry, SyncedObject } from '@eso/upstream-model';
import { type LifeKind, SHARED } from './world.ts';

/** Keys that the stores always have at rest, and ones that they may have. */
export const REQUIRED = ['req-a', 'req-b', 'req-c', 'req-d'] as const;
export const OPTIONAL = ['opt-a', 'opt-b', 'opt-c'] as const;
/** A JSON document. */
export const DOCUMENT = 'doc';

export const KINDS: readonly [LifeKind, ...LifeKind[]] = [
  'owner',
  'template',
  'extract',
  'orphan',
  'createOrMerge',
  'merge',
  'mergeAlone',
  'none',
  'deletes',
  'mergesAway',
  'onChange',
  'createdOnce',
  'noInterval',
  'immutable',
];

type Spec = SyncedObject['spec'];
const entry = (key: string, secretKey = key): DataEntry => ({ secretKey, remoteRef: { key } });

/** Of some the first at least. */
function some<T>(random: SeededRandom, [first, ...others]: readonly [T, ...T[]]): T[] {
  return [first, ...others.filter(() => random.chance(0.5))];
}

/** A spec of that kind, at random. @param name of the ExternalSecret */
export function specOf(kind: LifeKind, name: string, random: SeededRandom): Spec {
  const base: Spec = {
    refreshInterval: '1h',
    secretStoreRef: { kind: 'Provider', name: 'backend' },
    data: some(random, REQUIRED).map((key) => entry(key)),
  };
  switch (kind) {
    case 'owner':
      return { ...base, target: { name: random.chance(0.3) ? `${name}-renamed` : name } };
    case 'template':
      return {
        ...base,
        data: [entry('req-a', 'a'), entry('req-b', 'b')],
        target: {
          template: {
            ...(random.chance(0.3) ? { mergePolicy: 'Merge' } : {}),
            metadata: { labels: { shade: random.pick(['red', 'blue']) }, annotations: { note: '{{ .a }}' } },
            data: { url: `db://{{ .a }}:${random.pick(['{{ .b }}', 'none'])}` },
            templateFrom: [{ configMap: { name: `${name}-texts`, items: [{ key: 'conf' }] } }],
          },
        },
      };
    case 'extract':
      return { ...base, dataFrom: [{ extract: { key: DOCUMENT } }, { find: { name: { regexp: '^req-[a-b]$' } } }] };
    case 'orphan':
    case 'none':
      return { ...base, target: { creationPolicy: kind === 'none' ? 'None' : 'Orphan' } };
    case 'createOrMerge':
      return { ...base, target: { creationPolicy: 'CreateOrMerge' } };
    case 'merge':
      // Each has keys of its own in it.
      return {
        ...base,
        data: some(random, REQUIRED).map((key) => entry(key, `${name}.${key}`)),
        target: { name: SHARED, creationPolicy: 'Merge', template: {} },
      };
    case 'mergeAlone':
      return { ...base, target: { creationPolicy: 'Merge' } };
    case 'deletes':
      return { ...base, data: some(random, OPTIONAL).map((key) => entry(key)), target: { deletionPolicy: 'Delete' } };
    case 'mergesAway':
      return {
        ...base,
        data: [...some(random, OPTIONAL), ...some(random, REQUIRED)].map((key) => entry(key)),
        target: { deletionPolicy: 'Merge' },
      };
    case 'onChange':
      return { ...base, refreshPolicy: 'OnChange' };
    case 'createdOnce':
      return { ...base, refreshPolicy: 'CreatedOnce' };
    case 'noInterval':
      return { ...base, refreshInterval: '0' };
    case 'immutable':
      return { ...base, target: { immutable: true } };
  }
}

import type { SyncedObject, Texts } from '@eso/upstream-model';

/** What an ExternalSecret is for; docs in kinds.ts. */
export type LifeKind =
  | 'owner'
  | 'template'
  | 'extract'
  | 'orphan'
  | 'createOrMerge'
  | 'merge'
  | 'mergeAlone'
  | 'none'
  | 'deletes'
  | 'mergesAway'
  | 'onChange'
  | 'createdOnce'
  | 'noInterval'
  | 'immutable';

/** An ExternalSecret from its creation on. */
export interface Life {
  readonly kind: LifeKind;
  /** As users wrote it, oldest first. */
  readonly history: SyncedObject[];
  /** Is there all the time, and untouched. */
  readonly permanent: boolean;
}

/** Something that a user does. */
export type Step =
  | {
      readonly kind: 'create';
      readonly life: Life;
      /** Keys of its target that somebody made before, in base64. */
      readonly before?: Texts;
      /** ConfigMap `<name>-texts` that its template reads. */
      readonly texts?: Texts;
    }
  | { readonly kind: 'edit'; readonly key: string; readonly manifest: SyncedObject }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'drift'; readonly how: 'delete' | 'edit' | 'unlabel'; readonly key: string; readonly data: Texts }
  | { readonly kind: 'store'; readonly namespace: string; readonly values: Texts }
  | { readonly kind: 'texts'; readonly key: string; readonly data: Texts };

export const keyOf = ({ metadata }: SyncedObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
/** Name of the Secret into which all of kind `merge` write, in each namespace; made by hand. */
export const SHARED = 'shared';
/** What stands in it and in targets that were there before. */
export const BY_HAND: Texts = { theirs: 'Zm9yZWlnbg==' };

/** What users did, and nothing else: no event, no cache, no time. */
export class World {
  readonly lives = new Map<string, Life>();
  /** Values of the store by namespace. */
  readonly stores = new Map<string, Texts>();
  /** Texts of ConfigMaps by key of the ExternalSecret. */
  readonly texts = new Map<string, Texts>();
  /** Keys that users put into targets, by key of the ExternalSecret; of the shared one by its own. */
  readonly byHand = new Map<string, Texts>();
  /** Values that a remote key has ever had, in base64, by `namespace/key`. */
  readonly ever = new Map<string, Set<string>>();
  /** Keys that ExternalSecrets left in the shared Secret when they went, by namespace. */
  readonly leftovers = new Map<string, Set<string>>();

  apply(step: Step): void {
    switch (step.kind) {
      case 'create': {
        const key = keyOf(manifestOf(step.life));
        this.lives.set(key, step.life);
        if (step.texts) this.texts.set(key, step.texts);
        if (step.before) this.byHand.set(key, step.before);
        break;
      }
      case 'edit':
        this.lives.get(step.key)?.history.push(step.manifest);
        break;
      case 'delete':
        this.#leaves(step.key);
        this.lives.delete(step.key);
        break;
      case 'store':
        this.stores.set(step.namespace, step.values);
        for (const [name, value] of Object.entries(step.values)) this.#had(`${step.namespace}/${name}`, value);
        break;
      case 'texts':
        this.texts.set(step.key, step.data);
        break;
      case 'drift':
        // Whatever is done to a target is put right.
        break;
    }
  }

  #leaves(key: string): void {
    const life = this.lives.get(key);
    if (life?.kind !== 'merge') return;
    const { namespace = '' } = manifestOf(life).metadata;
    const left = this.leftovers.get(namespace) ?? new Set();
    for (const { spec } of life.history) for (const { secretKey } of spec.data ?? []) left.add(secretKey);
    this.leftovers.set(namespace, left);
  }

  #had(key: string, value: string): void {
    const values = this.ever.get(key) ?? new Set();
    this.ever.set(key, values.add(Buffer.from(value).toString('base64')));
  }
}

/** The manifest of a life as it is now. */
export function manifestOf({ history }: Life): SyncedObject {
  const now = history.at(-1);
  if (!now) throw new Error('a life begins with a manifest');
  return now;
}

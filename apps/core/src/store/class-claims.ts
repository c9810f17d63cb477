import type { KubeObject } from '@eso/kube';
import type { ClassObject } from './class-view.ts';

/** Something that classes claim: the key of an inline config, or a kind of generator. */
export interface Claim {
  /** The same for equal claims. */
  readonly id: string;
  /** `spec.serves.stores[0]` */
  readonly field: string;
  /** In the words of a message: `the key "aws"`. */
  readonly what: string;
}

/** The claim to the key of an inline config. */
export function keyClaim(key: string): string {
  return `key/${key}`;
}

/** What a class claims, in the order of its spec. */
export function claimsOf({ spec }: Pick<ClassObject, 'spec'>): Claim[] {
  const { stores = [], generators = [] } = spec.serves ?? {};
  return [
    ...stores.map((key, index) => ({
      id: keyClaim(key),
      field: `spec.serves.stores[${String(index)}]`,
      what: `the key "${key}"`,
    })),
    ...generators.map(({ group, kind }, index) => ({
      id: `generator/${group}/${kind}`,
      field: `spec.serves.generators[${String(index)}]`,
      what: `generator ${kind} of ${group}`,
    })),
  ];
}

/**
 * Who holds a claim: the oldest, and of those that were created in the same second the first by name. Whether it is ready does not
 * matter: a store's credentials must not go elsewhere because its provider is down.
 */
export function oldest<T extends KubeObject>(claimants: readonly T[]): T | undefined {
  return claimants.reduce<T | undefined>((first, next) => (first && !isOlder(next, first) ? first : next), undefined);
}

function isOlder(a: KubeObject, b: KubeObject): boolean {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return first === second ? a.metadata.name < b.metadata.name : first < second;
}

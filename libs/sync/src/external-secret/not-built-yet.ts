/** Fields that the schema has and core does not act on yet: each is answered, none is ignored in silence. */
import type { ExternalSecret, ExternalSecretSpec } from '@eso/api/resources';
import { SyncError } from '../error.ts';

/** A field with a value that core does not act on yet. */
export interface UnbuiltField {
  readonly field: string;
  /** What is not built yet, such as `generators are not built yet`. */
  readonly what: string;
  readonly nextStep: string;
}

/** Every such field of an ExternalSecret, in the order of the spec. */
export function unbuiltFields({ spec }: Pick<ExternalSecret, 'spec'>): UnbuiltField[] {
  const dataFrom = (spec.dataFrom ?? []).flatMap(({ sourceRef }, index) =>
    unbuiltSourceRef(`spec.dataFrom[${index}].sourceRef`, sourceRef),
  );
  const data = (spec.data ?? []).flatMap(({ sourceRef }, index) =>
    unbuiltSourceRef(`spec.data[${index}].sourceRef`, sourceRef),
  );
  return [...dataFrom, ...data];
}

/** The same as one error; undefined when core acts on every field. */
export function notBuiltYet(externalSecret: Pick<ExternalSecret, 'spec'>): SyncError | undefined {
  const [first, ...others] = unbuiltFields(externalSecret);
  if (!first) return undefined;
  return new SyncError({
    code: 'NOT_BUILT_YET',
    field: first.field,
    what: [first.what, ...others.map(({ field, what }) => `${field}: ${what}`)].join('; '),
    nextStep: first.nextStep,
  });
}

const unbuilt = (field: string, subject: string, nextStep: string): UnbuiltField => ({
  field,
  what: `${subject} not built yet`,
  nextStep,
});

type SourceRef = NonNullable<ExternalSecretSpec['dataFrom']>[number]['sourceRef'];

const unbuiltSourceRef = (field: string, sourceRef: SourceRef): UnbuiltField[] =>
  sourceRef?.generatorRef ? [unbuilt(`${field}.generatorRef`, 'generators are', 'Use a storeRef.')] : [];

/** Fields that the schema has and core does not act on yet: each is answered, none is ignored in silence. */
import { DEFAULT_STORE_KIND, type ExternalSecret, type ExternalSecretSpec, type StoreRef } from '@eso/api/resources';
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
  return [...unbuiltStoreKind('spec.secretStoreRef', spec.secretStoreRef), ...unbuiltInSources(spec)];
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

function unbuiltInSources(spec: ExternalSecretSpec): UnbuiltField[] {
  const dataFrom = (spec.dataFrom ?? []).flatMap(({ sourceRef }, index) =>
    unbuiltSourceRef(`spec.dataFrom[${index}].sourceRef`, sourceRef),
  );
  const data = (spec.data ?? []).flatMap(({ sourceRef }, index) =>
    unbuiltSourceRef(`spec.data[${index}].sourceRef`, sourceRef),
  );
  return [...dataFrom, ...data];
}

type SourceRef = NonNullable<ExternalSecretSpec['dataFrom']>[number]['sourceRef'];

const unbuiltSourceRef = (field: string, sourceRef: SourceRef): UnbuiltField[] => [
  ...unbuiltStoreKind(`${field}.storeRef`, sourceRef?.storeRef),
  ...(sourceRef?.generatorRef ? [unbuilt(`${field}.generatorRef`, 'generators are', 'Use a storeRef.')] : []),
];

function unbuiltStoreKind(field: string, ref: StoreRef | undefined): UnbuiltField[] {
  const kind = ref?.kind ?? DEFAULT_STORE_KIND;
  // A ref without a name selects nothing; whether one was needed is the sources' question.
  if (ref?.name === undefined || kind === 'Provider' || kind === 'ClusterProvider') return [];
  const replacement = kind === 'SecretStore' ? 'Provider' : 'ClusterProvider';
  return [unbuilt(`${field}.kind`, `stores of kind ${kind} are`, `Use kind ${replacement}.`)];
}

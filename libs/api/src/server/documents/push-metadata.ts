import { ProviderError } from '../../contract/provider-error.ts';
import { METADATA_FIELD } from '../../property/push-metadata.ts';
import type { CallContext, Push } from '../backend.ts';
import { metadataTask } from '../calls/heavy-tasks.ts';
import { type ConfigSchema, inlineDecoder } from '../stores/inline-config.ts';
import { isSchema } from '../stores/inline-schema.ts';

/** What the envelope of a push's metadata says of itself. */
export const METADATA_API_VERSION = 'kubernetes.external-secrets.io/v1alpha1';
/** Kind of the envelope around the metadata of a push. */
export const METADATA_KIND = 'PushSecretMetadata';

/** Reads the metadata of pushes to one kind of backend. */
export interface PushMetadata<Spec> {
  /**
   * What stands under `metadata.spec`, with the defaults of the schema; of a push without metadata, the defaults alone.
   * @throws ProviderError INVALID_REQUEST that names the field: not the envelope that is expected (an empty object is none), an
   * unknown field, a value that the schema refuses, one field in two spellings; LIMIT_EXCEEDED; PROVIDER_BUSY.
   */
  read(push: Pick<Push, 'metadata'>, call: Pick<CallContext, 'work'>): Promise<Spec>;
}

/**
 * The reader of `{apiVersion: kubernetes.external-secrets.io/v1alpha1, kind: PushSecretMetadata, spec: …}`. Names of fields match
 * in any case, as Go's decoder has it (`kmsKeyID`, `kmsKeyId`); keys of maps are taken as they are.
 * @param schema structural schema of the spec, as a CRD has it. `Spec` is its type after defaults.
 * @throws TypeError when the schema has what cannot be checked here
 */
export function pushMetadata<Spec>(schema: ConfigSchema): PushMetadata<Spec> {
  const decode = inlineDecoder(schema, `${METADATA_FIELD}.spec`);
  return {
    read: async (push, call) => {
      const envelope = await parsed(push, call);
      const spec = envelope === undefined ? {} : withKnownNames(specOf(envelope), schema, `${METADATA_FIELD}.spec`);
      // The schema from which Spec is inferred is applied here; this is the one place that says so.
      return asRequest(() => decode(spec)) as Spec;
    },
  };
}

/**
 * One field of metadata that needs no envelope, wherever it stands: at the top, or else in the first nested object that has it,
 * in the order of the text. Undefined when there is no metadata or no such field.
 * @param name exactly as it is written
 * @throws ProviderError INVALID_REQUEST when the metadata is no object, or the field holds something else than a string.
 */
export async function pushMetadataField(
  push: Pick<Push, 'metadata'>,
  name: string,
  call: Pick<CallContext, 'work'>,
): Promise<string | undefined> {
  const metadata = await parsed(push, call);
  if (metadata === undefined) return undefined;
  if (!isSchema(metadata)) throw invalid(METADATA_FIELD, 'has to be an object');
  const found = dig(metadata, name, METADATA_FIELD);
  if (found === undefined || typeof found.value === 'string') return found?.value as string | undefined;
  throw invalid(found.field, 'has to be a string');
}

/** Undefined for absent metadata, which `null` is too. */
async function parsed({ metadata }: Pick<Push, 'metadata'>, call: Pick<CallContext, 'work'>): Promise<unknown> {
  if (metadata.length === 0) return undefined;
  const value = await call.work.run({
    task: metadataTask,
    input: { metadata },
    source: `metadata of ${metadata.length} bytes`,
    field: METADATA_FIELD,
    what: 'reading the metadata',
  });
  return value ?? undefined;
}

function specOf(envelope: unknown): unknown {
  if (!isSchema(envelope)) throw invalid(METADATA_FIELD, 'has to be an object');
  const known = { properties: { apiVersion: {}, kind: {}, spec: {} } };
  const fields = withKnownNames(envelope, known, METADATA_FIELD) as Record<string, unknown>;
  const foreign = Object.keys(fields).find((name) => !Object.hasOwn(known.properties, name));
  if (fields['apiVersion'] !== METADATA_API_VERSION)
    throw invalid(`${METADATA_FIELD}.apiVersion`, `has to be ${METADATA_API_VERSION}`);
  if (fields['kind'] !== METADATA_KIND) throw invalid(`${METADATA_FIELD}.kind`, `has to be ${METADATA_KIND}`);
  if (foreign !== undefined)
    throw invalid(`${METADATA_FIELD}.${foreign}`, 'is not known', 'remove it, or move it into metadata.spec');
  return fields['spec'] ?? {};
}

/** The value with the names of fields as the schema spells them. */
function withKnownNames(value: unknown, schema: ConfigSchema, path: string): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isSchema(items) ? value.map((item, i) => withKnownNames(item, items, `${path}[${i}]`)) : value;
  }
  if (!isSchema(value)) return value;
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const spellings = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  const result = new Map<string, unknown>();
  for (const [given, member] of Object.entries(value)) {
    const name = Object.hasOwn(properties, given) ? given : (spellings.get(given.toLowerCase()) ?? given);
    if (result.has(name)) throw invalid(`${path}.${name}`, 'is given twice, in two spellings', 'remove one of them');
    const child = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
    result.set(name, isSchema(child) ? withKnownNames(member, child, `${path}.${name}`) : member);
  }
  return Object.fromEntries(result);
}

function dig(value: ConfigSchema, name: string, path: string): { value: unknown; field: string } | undefined {
  if (Object.hasOwn(value, name)) return { value: value[name], field: `${path}.${name}` };
  for (const [key, member] of Object.entries(value)) {
    const found = isSchema(member) ? dig(member, name, `${path}.${key}`) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** The same failure, of a push instead of a config. */
function asRequest<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'CONFIG_INVALID') throw error;
    const { publicMessage, field, nextStep } = error;
    throw new ProviderError('INVALID_REQUEST', publicMessage, { nextStep, ...(field === undefined ? {} : { field }) });
  }
}

function invalid(field: string, problem: string, nextStep = `correct ${field}`): ProviderError {
  return new ProviderError('INVALID_REQUEST', `${field} ${problem}`, { field, nextStep });
}

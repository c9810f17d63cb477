/**
 * Kinds with several served versions. The API server converts between them by changing the version's name and nothing else, and
 * drops what the schema that it reads or stores by does not have. So each version carries the fields of the others, as they were
 * written, and a name that stands in two versions means the same in both.
 */
import type { CustomResource, ServedVersion } from './custom-resource.ts';
import { withoutWords } from './inline-config.ts';
import type { JsonSchema } from './json-schema.ts';
import { structuralSchema } from './openapi.ts';

/** What decides which fields the API server keeps. */
const SHAPE = ['type', 'x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields'];

/**
 * Schema of `spec` in each of the served versions of a kind, by name of the version.
 * @throws Error naming kind, field and versions for a field that has another shape in another version
 */
export function specSchemas(kind: string, served: readonly ServedVersion[]): ReadonlyMap<string, JsonSchema> {
  const own = served.map(({ name, spec }) => ({ name, schema: structuralSchema(spec) }));
  if (own.length < 2) return new Map(own.map(({ name, schema }) => [name, schema]));
  for (const [index, one] of own.entries())
    for (const other of own.slice(index + 1)) refuseOtherShapes(kind, one, other);
  const inAll = (field: string): boolean => own.every(({ schema }) => schema.properties?.[field] !== undefined);
  return new Map(own.map((version) => [version.name, withCarried(version, own, inAll)]));
}

interface VersionSchema {
  readonly name: string;
  readonly schema: JsonSchema;
}

function withCarried(
  { name, schema }: VersionSchema,
  all: readonly VersionSchema[],
  inAll: (field: string) => boolean,
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [field, child] of Object.entries(schema.properties ?? {})) {
    properties[field] = { ...child };
    // The API server would fill it in where an object of another version is stored in this one. The kit does, at a read.
    if (!inAll(field)) Reflect.deleteProperty(properties[field], 'default');
  }
  for (const other of all.filter((version) => version.name !== name))
    for (const field of Object.keys(other.schema.properties ?? {}))
      properties[field] ??= {
        description: `A field of version ${other.name}. In this one it is kept, and a config that has it is refused.`,
        'x-kubernetes-preserve-unknown-fields': true,
      };
  return { ...schema, properties };
}

function refuseOtherShapes(kind: string, one: VersionSchema, other: VersionSchema): void {
  for (const [field, child] of Object.entries(one.schema.properties ?? {})) {
    const twin = other.schema.properties?.[field];
    if (twin && JSON.stringify(shapeOf(child)) !== JSON.stringify(shapeOf(twin)))
      throw new Error(
        `${kind}: spec.${field} has another shape in ${one.name} than in ${other.name}, and what is only in one of them would be lost: ` +
          'give it another name, or make a kind of its own',
      );
  }
}

function shapeOf(node: JsonSchema): unknown {
  const { properties, items, additionalProperties } = node;
  const fields = Object.entries(properties ?? {}).map(([name, child]) => [name, shapeOf(child)] as const);
  return [
    SHAPE.map((keyword) => node[keyword] ?? null),
    fields.sort(([a], [b]) => (a < b ? -1 : 1)),
    items ? shapeOf(items) : null,
    additionalProperties ? shapeOf(additionalProperties) : null,
  ];
}

/**
 * The schema of each served version of a kind that has several, as `defineKind` takes it: without the fields that are carried, without
 * descriptions, and without rules in CEL, which the API server has evaluated. Empty for a kind of one version.
 */
export function versionSchemas({ versions }: CustomResource): ReadonlyMap<string, JsonSchema> {
  const served = versions.filter((version) => version.tag === 'served');
  if (versions.length < 2) return new Map();
  return new Map(served.map(({ name, spec }) => [name, withoutWords(structuralSchema(spec), 'spec', () => undefined)]));
}

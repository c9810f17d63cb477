/** Where in a config references to objects of Kubernetes stand, whatever is around them. */
import type { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';
import { REFERENCE, zodJson } from './zod-json.ts';

/** A step into a config: to a field, to every item of a list, to every value of a map. */
export type ReferenceStep =
  { readonly tag: 'field'; readonly name: string } | { readonly tag: 'items' } | { readonly tag: 'values' };

/** The way from a config to a reference in it. */
export type ReferencePath = readonly ReferenceStep[];

/**
 * Every place where `secretKeySelector`, `serviceAccountSelector` or `caProvider` stands in a schema, at any depth.
 * @returns each place once, in the order of the schema
 */
export function referencePaths(schema: z.ZodType): ReferencePath[] {
  const found = [...below(zodJson(schema), [])];
  return [...new Map(found.map((path) => [JSON.stringify(path), path])).values()];
}

function* below(node: JsonSchema, path: ReferencePath): Generator<ReferencePath, void> {
  if (node[REFERENCE] === true) yield path;
  for (const [name, child] of Object.entries(node.properties ?? {}))
    yield* below(child, [...path, { tag: 'field', name }]);
  if (node.items) yield* below(node.items, [...path, { tag: 'items' }]);
  // Closed objects have `false` there.
  if (typeof node.additionalProperties === 'object')
    yield* below(node.additionalProperties, [...path, { tag: 'values' }]);
  for (const keyword of ['anyOf', 'oneOf', 'allOf'])
    for (const branch of (node[keyword] ?? []) as JsonSchema[]) yield* below(branch, path);
}

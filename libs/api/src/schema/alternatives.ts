/**
 * `anyOf` and `oneOf` in structural form: Kubernetes wants each field named outside of them, with its type, and nothing but
 * conditions inside.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
import type { JsonSchema } from './json-schema.ts';

/** Says which of the alternatives cannot be told in a CRD, and what to do. */
export type Refuse = (problem: string) => never;

/** What a field is, and says nothing of its value: stands outside. */
const SHAPE = new Set(['type', 'description', 'properties', 'items', 'additionalProperties', 'nullable', 'format']);
/** What no alternative may have, since outside it would hold for all of them. */
const NOT_INSIDE = ['default', 'nullable', 'x-kubernetes-validations', 'x-kubernetes-int-or-string'];

/**
 * One structural schema of several.
 * @param branches structural each; `closed` those whose unknown fields are refused by zod
 */
export function alternatives(
  keyword: 'anyOf' | 'oneOf',
  branches: readonly JsonSchema[],
  closed: readonly boolean[],
  refuse: Refuse,
): JsonSchema {
  for (const branch of branches) refuseInside(branch, refuse);
  const outside = shapeOf(branches, refuse);
  const known = Object.keys(outside.properties ?? {});
  const conditions = branches.map((branch, i) => {
    const own = branch.properties ?? {};
    const foreign = closed[i] ? known.filter((name) => !Object.hasOwn(own, name)) : [];
    const none = foreign.length === 0 ? {} : { not: { anyOf: foreign.map((name) => ({ required: [name] })) } };
    return { ...conditionOf(branch, outside), ...none };
  });
  // One that asks for nothing more lets everything pass.
  const idle = keyword === 'anyOf' && conditions.some((condition) => Object.keys(condition).length === 0);
  return idle ? outside : { ...outside, [keyword]: conditions };
}

function refuseInside(node: JsonSchema, refuse: Refuse): void {
  for (const keyword of NOT_INSIDE)
    if (node[keyword] !== undefined)
      refuse(`has ${keyword} in one of several alternatives: put it outside of the union`);
  for (const child of [...Object.values(node.properties ?? {}), node.items, node.additionalProperties])
    if (child) refuseInside(child, refuse);
}

/** What all of them are. Constraints stay only where all say the same. */
function shapeOf(nodes: readonly JsonSchema[], refuse: Refuse): JsonSchema {
  const [first] = nodes;
  if (first === undefined) return refuse('has no alternatives');
  if (nodes.every((node) => sameJson(node, first))) return first;
  const types = [...new Set(nodes.map(({ type }) => type ?? 'anything'))];
  if (types.length > 1)
    return refuse(`is ${types.join(' or ')}, for which there is no common type: use intOrString() or openObject()`);
  const maps = nodes.filter((node) => node.additionalProperties);
  if (
    maps.length > 0 &&
    (maps.length < nodes.length || !maps.every((map) => sameJson(map.additionalProperties, first.additionalProperties)))
  )
    return refuse('has maps of different values among its alternatives: use openObject()');
  const outside: JsonSchema = { ...(first.type === undefined ? {} : { type: first.type }) };
  if (first.description !== undefined) outside.description = first.description;
  if (first.additionalProperties) outside.additionalProperties = first.additionalProperties;
  if (nodes.some((node) => node['x-kubernetes-preserve-unknown-fields'] === true))
    outside['x-kubernetes-preserve-unknown-fields'] = true;
  const names = [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
  if (names.length > 0)
    outside.properties = Object.fromEntries(
      names.map((name) => [
        name,
        shapeOf(
          nodes.map((node) => node.properties?.[name]).filter((child) => child !== undefined),
          refuse,
        ),
      ]),
    );
  const items = nodes.map((node) => node.items).filter((child) => child !== undefined);
  if (items.length > 0) outside.items = shapeOf(items, refuse);
  if (nodes.every((node) => Array.isArray(node['enum'])))
    outside['enum'] = [...new Set(nodes.flatMap((node) => node['enum'] as unknown[]))];
  return outside;
}

/** What one of them asks for beyond what stands outside. */
function conditionOf(node: JsonSchema, outside: JsonSchema): JsonSchema {
  const condition: JsonSchema = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (keyword === 'format' ? outside[keyword] === value : SHAPE.has(keyword)) continue;
    if (keyword.startsWith('x-kubernetes-') || sameJson(value, outside[keyword])) continue;
    condition[keyword] = value;
  }
  const properties = Object.entries(node.properties ?? {})
    .map(([name, child]) => [name, conditionOf(child, outside.properties?.[name] ?? {})] as const)
    .filter(([, child]) => Object.keys(child).length > 0);
  if (properties.length > 0) condition.properties = Object.fromEntries(properties);
  const items = node.items ? conditionOf(node.items, outside.items ?? {}) : {};
  if (Object.keys(items).length > 0) condition.items = items;
  return condition;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

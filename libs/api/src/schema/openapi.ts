/** Turns a zod schema into the structural OpenAPI schema that a CRD takes. */
import { RE2JS } from 're2js';
import type { z } from 'zod';
import { alternatives } from './alternatives.ts';
import type { JsonSchema } from './json-schema.ts';
import { KEYS, PROBLEM, REFERENCE, zodJson } from './zod-json.ts';

/** Keywords that a structural schema may have; another one means that a schema uses something no CRD can express. */
const ALLOWED = new Set([
  'type',
  'description',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'enum',
  'default',
  'nullable',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'allOf',
  'anyOf',
  'oneOf',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
  'x-kubernetes-map-type',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
]);

/**
 * Structural schema of a zod schema's input side.
 * @throws Error naming the path and the keyword when the schema cannot be expressed in a CRD
 */
export function structuralSchema(schema: z.ZodType): JsonSchema {
  return structural(zodJson(schema), '');
}

function structural(node: JsonSchema, path: string): JsonSchema {
  const refuse = (problem: string): never => {
    throw new Error(`schema at ${path === '' ? 'the top' : path} ${problem}`);
  };
  let result: JsonSchema = { ...node };
  if (typeof node[PROBLEM] === 'string') refuse(node[PROBLEM]);
  if (result['x-kubernetes-int-or-string'] === true) intOrString(result, refuse);
  if (result.type === 'integer') dropSafeIntegerBounds(result);
  // What zod calls by a name of its own, and writes as a pattern too.
  if (ZOD_FORMATS.has(String(result['format']))) delete result['format'];
  Reflect.deleteProperty(result, REFERENCE);
  expandKeys(result);
  openOrClosed(result);
  if (result.properties) {
    if (result.additionalProperties) refuse('has fields and a map in one object (catchall), which no CRD can have');
    result.properties = Object.fromEntries(
      Object.entries(result.properties).map(([name, child]) => [name, structural(child, `${path}.${name}`)]),
    );
  }
  if (result.items) result.items = structural(result.items, `${path}[]`);
  if (result.additionalProperties) {
    result.additionalProperties = structural(result.additionalProperties, `${path}[*]`);
  }
  for (const keyword of ['anyOf', 'oneOf'] as const) result = withAlternatives(result, keyword, path, refuse);
  refuseUnknownKeywords(result, refuse);
  refuseForeignPatterns(result, refuse);
  return sortKeywords(result);
}

const ZOD_FORMATS = new Set(['regex', 'includes', 'starts_with', 'ends_with', 'lowercase', 'uppercase']);

/** Conditions of the two types of an integer or string do not touch each other, so that they stand side by side. */
function intOrString(node: JsonSchema, refuse: (problem: string) => never): void {
  const branches = (node['anyOf'] ?? []) as JsonSchema[];
  delete node['anyOf'];
  for (const branch of branches) {
    const conditions = { ...branch };
    if (conditions.type === 'integer') dropSafeIntegerBounds(conditions);
    delete conditions.type;
    const foreign = Object.keys(conditions).filter((keyword) => !SCALAR_CONDITIONS.has(keyword));
    if (foreign.length > 0) refuse(`has ${foreign.join(', ')} in one side of an integer or string`);
    Object.assign(node, conditions);
  }
}

const SCALAR_CONDITIONS = new Set([
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
]);

/** A map whose keys are enumerated is an object with these fields. */
function expandKeys(node: JsonSchema): void {
  const { [KEYS]: keys } = node as { [KEYS]?: string[] };
  if (keys) Reflect.deleteProperty(node, KEYS);
  const value = node.additionalProperties;
  if (!keys || !value) return;
  delete node.additionalProperties;
  node.properties = Object.fromEntries(keys.map((key) => [key, structuredClone(value)]));
}

function withAlternatives(
  node: JsonSchema,
  keyword: 'anyOf' | 'oneOf',
  path: string,
  refuse: (problem: string) => never,
): JsonSchema {
  const branches = node[keyword] as JsonSchema[] | undefined;
  if (!branches || node['x-kubernetes-int-or-string'] === true) return node;
  const own = Object.fromEntries(Object.entries(node).filter(([name]) => name !== keyword));
  const closed = branches.map((branch) => (branch.additionalProperties as unknown) === false);
  return {
    ...alternatives(
      keyword,
      branches.map((branch) => structural(branch, path)),
      closed,
      refuse,
    ),
    ...own,
  };
}

/** Kubernetes reads patterns as RE2, zod as ECMAScript. */
function refuseForeignPatterns(node: JsonSchema, refuse: (problem: string) => never): void {
  for (const { pattern } of [node, ...((node['allOf'] ?? []) as JsonSchema[])]) {
    if (typeof pattern !== 'string') continue;
    try {
      RE2JS.compile(pattern);
    } catch {
      refuse(`has the expression ${pattern}, which is none of RE2: look-around and back-references do not exist there`);
    }
  }
}

/** zod bounds every integer by what a double holds exactly; the API server has 64 bits. */
function dropSafeIntegerBounds(node: JsonSchema): void {
  if (node['minimum'] === Number.MIN_SAFE_INTEGER) delete node['minimum'];
  if (node['maximum'] === Number.MAX_SAFE_INTEGER) delete node['maximum'];
}

/** Open objects keep unknown fields; closed ones are what every CRD object is, by pruning. */
function openOrClosed(node: JsonSchema): void {
  const additional: unknown = node.additionalProperties;
  if (additional === false) delete node.additionalProperties;
  if (!isEmptyObject(additional)) return;
  delete node.additionalProperties;
  node['x-kubernetes-preserve-unknown-fields'] = true;
  if (isEmptyObject(node.properties)) delete node.properties;
}

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function refuseUnknownKeywords(node: JsonSchema, refuse: (problem: string) => never): void {
  const foreign = Object.keys(node).filter((keyword) => !ALLOWED.has(keyword));
  if (foreign.length > 0) refuse(`uses ${foreign.join(', ')}, which no structural schema may have`);
  if (node.type === undefined && !node['x-kubernetes-int-or-string'] && !node['x-kubernetes-preserve-unknown-fields']) {
    refuse('has no type: use openObject() for free content');
  }
}

/** The order in which a reader wants them: what it is, what is in it, what holds. */
function sortKeywords(node: JsonSchema): JsonSchema {
  const order = [...ALLOWED];
  return Object.fromEntries(Object.entries(node).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}

/** Turns a zod schema into the structural OpenAPI schema that a CRD takes. */
import { z } from 'zod';

/** Structural schema, as far as this project writes it. */
export interface JsonSchema {
  [keyword: string]: unknown;
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema;
}

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
  'maximum',
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
  const generated = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' });
  return structural(generated as JsonSchema, '');
}

function structural(node: JsonSchema, path: string): JsonSchema {
  const result: JsonSchema = { ...node };
  if (result['x-kubernetes-int-or-string'] === true) delete result['anyOf'];
  if (result.type === 'integer') dropSafeIntegerBounds(result);
  openOrClosed(result);
  if (result.properties) {
    result.properties = Object.fromEntries(
      Object.entries(result.properties).map(([name, child]) => [name, structural(child, `${path}.${name}`)]),
    );
  }
  if (result.items) result.items = structural(result.items, `${path}[]`);
  if (result.additionalProperties) {
    result.additionalProperties = structural(result.additionalProperties, `${path}[*]`);
  }
  refuseUnknownKeywords(result, path);
  return sortKeywords(result);
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

function refuseUnknownKeywords(node: JsonSchema, path: string): void {
  const foreign = Object.keys(node).filter((keyword) => !ALLOWED.has(keyword));
  if (foreign.length > 0) {
    throw new Error(
      `schema at ${path === '' ? 'the top' : path} uses ${foreign.join(', ')}, which no structural schema may have`,
    );
  }
  if (node.type === undefined && !node['x-kubernetes-int-or-string'] && !node['x-kubernetes-preserve-unknown-fields']) {
    throw new Error(`schema at ${path === '' ? 'the top' : path} has no type: use openObject() for free content`);
  }
}

/** The order in which a reader wants them: what it is, what is in it, what holds. */
function sortKeywords(node: JsonSchema): JsonSchema {
  const order = [...ALLOWED];
  return Object.fromEntries(Object.entries(node).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}

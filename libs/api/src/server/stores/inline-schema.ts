import type { Schema } from 'jsonschema';

/** Structural OpenAPI schema of a config, as `@eso/api/schema` writes it into CRDs. */
export interface ConfigSchema {
  readonly [keyword: string]: unknown;
}

/** What the interpreter takes as it is. */
const CHECKED = [
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'required',
];
/** Alternatives and their like; what stands in them adds conditions and names no fields of its own. */
const COMBINED = ['anyOf', 'oneOf', 'allOf'];
const HANDLED = new Set([
  ...CHECKED,
  ...COMBINED,
  'not',
  'type',
  'properties',
  'additionalProperties',
  'items',
  'nullable',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  // Of no concern to one object that is read as a whole.
  'description',
  'title',
  'example',
  'default',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
]);

/**
 * The JSON schema that says the same to an interpreter: closed where the API server would drop unknown fields, with
 * Kubernetes' own keywords in plain ones.
 * @param path where the schema stands, for the error
 * @throws TypeError for a keyword that would not be checked: nothing is ignored in silence
 */
export function closedSchema(schema: ConfigSchema, path: string): Schema {
  return convert(schema, path, true);
}

function convert(node: ConfigSchema, path: string, closes: boolean): Schema {
  const foreign = Object.keys(node).find((keyword) => !HANDLED.has(keyword));
  if (foreign !== undefined)
    throw new TypeError(
      foreign === 'x-kubernetes-validations'
        ? `the schema of ${path} has CEL rules, which only the API server can check: take them out and check them in checkConfig`
        : `the schema of ${path} uses ${foreign}, which is not checked`,
    );
  const result: Record<string, unknown> = {};
  for (const keyword of CHECKED) if (node[keyword] !== undefined) result[keyword] = node[keyword];
  if (typeof node['pattern'] === 'string') checkPattern(node['pattern'], path);
  const type = typeOf(node);
  if (type !== undefined) result['type'] = node['nullable'] === true ? [type, 'null'].flat() : type;
  if (node['nullable'] === true && Array.isArray(node['enum'])) result['enum'] = [...(node['enum'] as unknown[]), null];
  for (const keyword of COMBINED) {
    const parts = node[keyword];
    if (Array.isArray(parts) && node['x-kubernetes-int-or-string'] !== true)
      result[keyword] = parts.map((part) => convert(part as ConfigSchema, path, false));
  }
  if (isSchema(node['not'])) result['not'] = convert(node['not'], path, false);
  if (isSchema(node['items'])) result['items'] = convert(node['items'], `${path}[]`, closes);
  Object.assign(result, fieldsOf(node, path, closes));
  return result;
}

function fieldsOf(node: ConfigSchema, path: string, closes: boolean): Record<string, unknown> {
  const { properties, additionalProperties } = node;
  const result: Record<string, unknown> = {};
  if (isSchema(properties))
    // Without a prototype: the interpreter would find a schema for `constructor` otherwise.
    result['properties'] = Object.assign(
      Object.create(null),
      Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [
          name,
          convert(child as ConfigSchema, `${path}.${name}`, closes),
        ]),
      ),
    );
  if (isSchema(additionalProperties))
    result['additionalProperties'] = convert(additionalProperties, `${path}[*]`, closes);
  else if (closes && node['type'] === 'object' && node['x-kubernetes-preserve-unknown-fields'] !== true)
    result['additionalProperties'] = additionalProperties === true;
  return result;
}

function typeOf(node: ConfigSchema): unknown {
  return node['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : node['type'];
}

function checkPattern(pattern: string, path: string): void {
  try {
    new RegExp(pattern, 'u');
  } catch (cause) {
    throw new TypeError(`the pattern of ${path} is no regular expression`, { cause });
  }
}

/** Whether a part of a schema is an object, as a schema is; its keywords are not looked at. */
export function isSchema(value: unknown): value is ConfigSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

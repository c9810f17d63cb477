/** Structural OpenAPI schema of a config, as `@eso/api/schema` writes it into CRDs. */
export interface ConfigSchema {
  readonly [keyword: string]: unknown;
}

/** What is checked, and what is of no concern to one object that is read as a whole. */
const KNOWN = new Set([
  'type',
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
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'properties',
  'additionalProperties',
  'items',
  'nullable',
  'default',
  'description',
  'title',
  'example',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
]);

/**
 * Refuses a keyword that would not be checked: nothing is ignored in silence.
 * @param path where the schema stands
 * @throws TypeError
 */
export function checkKeywords(node: ConfigSchema, path: string): void {
  const foreign = Object.keys(node).find((keyword) => !KNOWN.has(keyword));
  if (foreign === undefined) return;
  throw new TypeError(
    foreign === 'x-kubernetes-validations'
      ? `the schema of ${path} has CEL rules, which only the API server can check: take them out and check them in checkConfig`
      : `the schema of ${path} uses ${foreign}, which is not checked`,
  );
}

/** Whether a part of a schema is an object, as a schema is; its keywords are not looked at. */
export function isSchema(value: unknown): value is ConfigSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

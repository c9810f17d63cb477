import { type ConfigSchema, isSchema } from './inline-schema.ts';

/**
 * A copy of `value` with the defaults of its schema, by Kubernetes' rules: a field that is absent, or null where null is not
 * allowed, gets its default; what stands below a default gets its own ones.
 */
export function withDefaults(schema: ConfigSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isSchema(items) ? value.map((item) => withDefaults(items, item)) : structuredClone(value);
  }
  if (!isSchema(value)) return value;
  const fields = new Map<string, unknown>(Object.entries(value));
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  for (const [name, child] of Object.entries(properties)) {
    if (!isSchema(child) || child['default'] === undefined) continue;
    const given = fields.get(name);
    if (given === undefined || (given === null && child['nullable'] !== true))
      fields.set(name, structuredClone(child['default']));
  }
  const { additionalProperties } = schema;
  for (const [name, given] of fields) {
    const child = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    fields.set(name, isSchema(child) ? withDefaults(child, given) : structuredClone(given));
  }
  return Object.fromEntries(fields);
}

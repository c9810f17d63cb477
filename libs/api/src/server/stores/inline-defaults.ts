import { type ConfigSchema, isSchema } from './inline-schema.ts';

/**
 * A copy of `value` with the defaults of its schema, by Kubernetes' rules: a field that is absent, or null where null is not
 * allowed, gets its default; what stands below a default gets its own ones. Fields that the schema does not know stay as they are.
 */
export function withDefaults(schema: ConfigSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isSchema(items) ? value.map((item) => withDefaults(items, item)) : structuredClone(value);
  }
  if (!isSchema(value)) return value;
  // Own fields stay own ones, `__proto__` among them.
  const fields: Record<string, unknown> = { ...value };
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  for (const [name, child] of Object.entries(properties)) {
    if (!isSchema(child)) continue;
    const given = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const isMissing = given === undefined || (given === null && child['nullable'] !== true);
    const field = isMissing && child['default'] !== undefined ? structuredClone(child['default']) : given;
    if (field !== undefined) fields[name] = withDefaults(child, field);
  }
  const { additionalProperties } = schema;
  if (!isSchema(additionalProperties) && !isOpen(schema)) return fields;
  for (const [name, given] of Object.entries(value))
    if (!Object.hasOwn(properties, name))
      fields[name] = isSchema(additionalProperties) ? withDefaults(additionalProperties, given) : copyOf(given);
  return fields;
}

function isOpen(schema: ConfigSchema): boolean {
  return schema['additionalProperties'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** Cloning costs more than a look: most values are texts. */
function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

/** What zod leaves out when it writes a schema as JSON, although a CRD can say it or has to refuse it. */
import { z } from 'zod';
import { keywordsOf } from './keywords.ts';
import type { JsonSchema } from './json-schema.ts';

/** Keyword for ourselves: the keys that a map is restricted to. */
export const KEYS = 'x-eso-keys';
/** Keyword for ourselves: why no CRD can say this. */
export const PROBLEM = 'x-eso-problem';
/** Keyword for ourselves: an object that names an object of Kubernetes, in its `namespace`. */
export const REFERENCE = 'x-eso-reference';

/** The schema's input side as OpenAPI 3.0, with the keywords above where they are needed. */
export function zodJson(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => complete(zodSchema, jsonSchema),
  }) as JsonSchema;
}

function complete(schema: z.core.$ZodType, json: Record<string, unknown>): void {
  const known = schema as z.core.$ZodTypes;
  if (known._zod.def.type === 'tuple')
    json[PROBLEM] = 'is a tuple: use an array of one type, or an object with a field for each part';
  if (known._zod.def.type === 'record') completeRecord(known._zod.def.keyType as z.core.$ZodTypes, json);
  if (known._zod.def.type === 'string') completePatterns(known as z.core.$ZodString, json);
  for (const [name, value] of Object.entries(keywordsOf(schema)))
    // A wrapper (`.optional()`) has what it wraps already.
    json[name] = Array.isArray(value)
      ? unique([...((json[name] as unknown[] | undefined) ?? []), ...(value as unknown[])])
      : value;
}

function unique(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function completeRecord(key: z.core.$ZodTypes, json: Record<string, unknown>): void {
  const { def } = key._zod;
  if (def.type === 'enum') json[KEYS] = Object.values(def.entries);
  else if (def.type === 'literal') json[KEYS] = def.values;
  else if (def.type !== 'string') json[PROBLEM] = `has ${def.type} keys: use z.string() or an enumeration`;
  else if ((def.checks ?? []).length > 0 || 'format' in def)
    json[PROBLEM] = 'restricts the keys of a map, which no CRD can: check them by a rule (withRules) instead';
}

/** zod writes the sources of expressions without their flags. */
function completePatterns(schema: z.core.$ZodString, json: Record<string, unknown>): void {
  const { pattern: single, allOf } = json as { pattern?: string; allOf?: { pattern: string }[] };
  const written = allOf?.map(({ pattern }) => pattern) ?? [single];
  const texts = [...expressionsOf(schema)].map(({ source, flags }, i) => {
    const foreign = flags.replace(/[dgimsu]/g, '');
    if (foreign !== '') json[PROBLEM] = `has an expression with flag ${foreign}, which RE2 does not know`;
    const inline = flags.replace(/[^ims]/g, '');
    const text = written[i] ?? source;
    return inline === '' ? text : `(?${inline}:${text})`;
  });
  if (texts.length === 0) return;
  delete json['pattern'];
  delete json['allOf'];
  if (texts.length === 1) json['pattern'] = texts[0];
  else json['allOf'] = texts.map((pattern) => ({ pattern }));
}

/** Those of the schema and its checks, in the order in which zod writes them. */
function expressionsOf(schema: z.core.$ZodString): Set<RegExp> {
  const { def, bag } = schema._zod;
  const definitions: readonly object[] = [def, ...(def.checks ?? []).map((check) => check._zod.def)];
  const own = definitions.map((definition) => ('pattern' in definition ? definition.pattern : undefined));
  return new Set([...own.filter((pattern) => pattern instanceof RegExp), ...(bag.patterns ?? [])]);
}

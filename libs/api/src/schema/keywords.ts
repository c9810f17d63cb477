/** Kubernetes' own keywords on zod schemas. They are part of the definition, so that `.extend()` and its like keep them. */
import type { z } from 'zod';

/** Keywords by name; lists are added to, everything else replaces. */
export type Keywords = Readonly<Record<string, unknown>>;

interface Definition {
  kubernetes?: Keywords;
}

/** The schema with further keywords. */
export function withKeywords<S extends z.ZodType>(schema: S, keywords: Keywords): S {
  const known = keywordsOf(schema);
  const all: Record<string, unknown> = { ...known };
  for (const [name, value] of Object.entries(keywords)) {
    const list = known[name];
    all[name] = Array.isArray(value) && Array.isArray(list) ? [...(list as unknown[]), ...(value as unknown[])] : value;
  }
  // zod copies what it does not know in a definition. With a parent, description and other metadata stay.
  const definition = { ...schema.def, kubernetes: all };
  return schema.clone(definition, { parent: true });
}

/** The keywords that the schema itself was given. */
export function keywordsOf(schema: z.core.$ZodType): Keywords {
  return (schema._zod.def as Definition).kubernetes ?? {};
}

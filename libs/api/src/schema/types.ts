/** TypeScript types out of schemas. Import them with `import type`, so that no schema code gets into a bundle. */
import type { z } from 'zod';

/** Takes `undefined` out of optional properties: JSON has absent fields, not undefined ones. */
export type Exact<T> = T extends readonly (infer Item)[]
  ? Exact<Item>[]
  : T extends object
    ? { [Key in keyof T]: Exact<Exclude<T[Key], undefined>> }
    : T;

/** The shape of a manifest: fields with a default may be absent. */
export type WrittenManifest<Schema extends z.ZodType> = Exact<z.input<Schema>>;

/** The shape the API server returns: fields with a default are present wherever their parent is. */
export type Stored<Schema extends z.ZodType> = Exact<z.output<Schema>>;

/** What a CRD says that users can notice, as a flat table: one line for each field, none of its words. */

/** Keywords of a schema that change what an API server takes or writes. `required` is said of the field itself, not of its parent. */
const KEYWORDS = [
  'type',
  'format',
  'nullable',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
] as const;

/** Facts of one field, or of the kind itself, by keyword. */
export type Facts = Readonly<Record<string, unknown>>;

/** Facts by path: `spec.data[].remoteRef.key`; a map's values are `{}`; what is said of the kind itself begins with `#`. */
export type FactTable = ReadonlyMap<string, Facts>;

interface Schema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: unknown;
  readonly additionalPrinterColumns?: readonly Readonly<Record<string, unknown>>[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** A CustomResourceDefinition, as far as it is read here. */
export interface Crd {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly Version[];
  };
}

/**
 * Facts of the version that is stored, and of the kind.
 * @throws Error when no version is stored
 */
export function factsOf({ metadata, spec }: Crd): FactTable {
  const stored = spec.versions.find(({ storage }) => storage);
  if (!stored) throw new Error(`${metadata.name} has no version that is stored`);
  const table = new Map<string, Facts>([
    ['#group', { value: spec.group }],
    ['#scope', { value: spec.scope }],
    ['#names', spec.names],
    ['#labels', metadata.labels ?? {}],
    [
      '#versions',
      Object.fromEntries(spec.versions.map(({ name, served }) => [name, served ? 'served' : 'not served'])),
    ],
    ['#subresources', { value: stored.subresources }],
    [
      '#columns',
      {
        value: (stored.additionalPrinterColumns ?? []).map(({ name, type, jsonPath, priority }) => [
          name,
          type,
          jsonPath,
          priority ?? 0,
        ]),
      },
    ],
    ['#selectable', { value: (stored.selectableFields ?? []).map(({ jsonPath }) => jsonPath).sort() }],
  ]);
  addField(table, '', stored.schema?.openAPIV3Schema ?? {}, false);
  return table;
}

function addField(table: Map<string, Facts>, path: string, schema: Schema, required: boolean): void {
  const facts = Object.fromEntries(
    KEYWORDS.filter((word) => schema[word] !== undefined).map((word) => [word, schema[word]]),
  );
  if (path !== '') table.set(path, { ...facts, ...(required ? { required: true } : {}) });
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    addField(table, path === '' ? name : `${path}.${name}`, property, schema.required?.includes(name) ?? false);
  if (schema.items) addField(table, `${path}[]`, schema.items, false);
  if (typeof schema.additionalProperties === 'object') addField(table, `${path}{}`, schema.additionalProperties, false);
}

/** The table as text, one line for each field in the order of paths: path, a space, facts as JSON. */
export const factText = (table: FactTable): string =>
  [...table]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, facts]) => `${path} ${canonical(facts)}\n`)
    .join('');

/** The same text for what means the same: keywords in the order of their names, values of an enum sorted. */
export const canonical = (facts: unknown): string =>
  JSON.stringify(facts, (keyword, value: unknown) => {
    if (keyword === 'enum' && Array.isArray(value)) return (value as unknown[]).toSorted();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** Reads what `factText` wrote; lines that begin with `//` are comments. @throws SyntaxError for a line that is neither */
export function readFacts(text: string): FactTable {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('//'));
  return new Map(
    lines.map((line) => {
      const end = line.indexOf(' ');
      return [line.slice(0, end), JSON.parse(line.slice(end + 1)) as Facts];
    }),
  );
}

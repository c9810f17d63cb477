/** Maps whose keys are the user's own: any key there is the same path, `….*`. */
const FREE_MAPS: ReadonlySet<string> = new Set([
  'metadata.labels',
  'metadata.annotations',
  'spec.dataFrom[].find.tags',
  'spec.target.template.data',
  'spec.target.template.metadata.labels',
  'spec.target.template.metadata.annotations',
  'spec.conditions[].namespaceSelector.matchLabels',
  'spec.provider.fake.data[].valueMap',
  'spec.provider.onepassword.vaults',
  'spec.provider.webhook.headers',
]);

/**
 * The set of field paths of a manifest, sorted: `spec.data[].remoteRef.key` for a leaf, `….*` for what stands in a map with
 * free keys, `…{}` and `…[]` for an empty map and an empty list. The status is no part of a manifest and left out.
 */
export function fieldPaths(manifest: object): string[] {
  const paths = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      if (value.length === 0) paths.add(`${path}[]`);
      for (const item of value as unknown[]) walk(item, `${path}[]`);
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).filter(([key]) => path !== '' || key !== 'status');
      if (entries.length === 0) paths.add(`${path}{}`);
      else if (FREE_MAPS.has(path)) paths.add(`${path}.*`);
      else for (const [key, child] of entries) walk(child, path === '' ? key : `${path}.${key}`);
    } else paths.add(path);
  };
  walk(manifest, '');
  return [...paths].sort();
}

/** What is used here of a structural schema of a CRD. */
export interface FieldSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
}

/** The leaf paths that a schema knows, sorted, in the words of {@link fieldPaths}. */
export function leafPaths(schema: FieldSchema, path = ''): string[] {
  if (schema.items) return leafPaths(schema.items, `${path}[]`);
  if (schema.properties)
    return Object.entries(schema.properties)
      .flatMap(([key, child]) => leafPaths(child, path === '' ? key : `${path}.${key}`))
      .sort();
  return [schema.additionalProperties === undefined ? path : `${path}.*`];
}

/** Whether a path of a manifest is one of these leaf paths, or the empty form of something above them. */
export function isKnownPath(path: string, leaves: readonly string[]): boolean {
  const above = path.replace(/(\{\}|\[\])$/, '');
  return leaves.some(
    (leaf) => leaf === path || (above !== path && (leaf.startsWith(`${above}.`) || leaf.startsWith(`${above}[`))),
  );
}

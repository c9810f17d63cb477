import type { UpstreamSchema } from './corpus-index.ts';
import { type FieldSchema, fieldPaths, isKnownPath } from './field-paths.ts';

/** What a node of a schema asks for itself, below a path. */
function* nodesOf(schema: FieldSchema, path: string): Generator<readonly [path: string, node: FieldSchema]> {
  yield [path, schema];
  if (schema.items) yield* nodesOf(schema.items, `${path}[]`);
  for (const [key, child] of Object.entries(schema.properties ?? {}))
    yield* nodesOf(child, path === '' ? key : `${path}.${key}`);
}

/** The paths that a schema requires where what is above them is there, sorted. */
export function requiredPaths(schema: FieldSchema): string[] {
  return [...nodesOf(schema, '')]
    .flatMap(([path, { required = [] }]) => required.map((key) => (path === '' ? key : `${path}.${key}`)))
    .sort();
}

/** The values that a schema lets stand at a path, by path. */
export function enumsOf(schema: FieldSchema): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...nodesOf(schema, '')].flatMap(([path, { enum: values }]) => (values ? [[path, values.map(String)]] : [])),
  );
}

/** What a schema of upstream has against a manifest: fields that it does not know or that it misses, values that it does not take. */
export function complaints(manifest: object, { fields, required, enums }: UpstreamSchema): string[] {
  const values = new Map<string, unknown[]>();
  const missing: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const item of value as unknown[]) walk(item, `${path}[]`);
    else if (typeof value === 'object' && value !== null) {
      const below = path === '' ? '' : `${path}.`;
      const wanted = required.filter((name) => name.startsWith(below) && !/[.[]/.test(name.slice(below.length)));
      missing.push(...wanted.filter((name) => !Object.hasOwn(value, name.slice(below.length))));
      for (const [key, child] of Object.entries(value)) walk(child, `${below}${key}`);
    } else values.set(path, [...(values.get(path) ?? []), value]);
  };
  walk(manifest, '');
  const unknown = fieldPaths(manifest).filter((path) => path.startsWith('spec.') && !isKnownPath(path, fields));
  return [
    ...unknown.map((path) => `${path} is not known`),
    ...missing.map((path) => `${path} is missing`),
    ...[...values].flatMap(([path, given]) =>
      given
        .filter((value) => enums[path]?.includes(String(value)) === false)
        .map((value) => `${path}: ${String(value)}`),
    ),
  ];
}

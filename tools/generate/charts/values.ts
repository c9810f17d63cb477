/** The values of a chart, read from its values.yaml: their defaults, and in the comments above them what they mean and which are taken. */
import { isMap, isScalar, type Pair, parse, parseDocument, type YAMLMap } from 'yaml';

/** JSON Schema, as far as values use it. */
export type Schema = Readonly<Record<string, unknown>>;

/** A value, or a group of values. */
export interface Value {
  /** Its key in the group. */
  readonly key: string;
  /** The comment above it, without the schema. */
  readonly meaning: string;
  /** What is taken; of a group it is made from the parts. */
  readonly schema: Schema;
  /** As written; undefined for a group. */
  readonly default?: unknown;
  /** The parts of a group. */
  readonly parts?: readonly Value[];
}

/** Of a line of a comment, what follows is a JSON Schema in one line of YAML: `@schema {minimum: 1}`. */
const SCHEMA = /^\s*@schema (\{.*\})$/;

/**
 * The values in the text of a values.yaml.
 * @param at keys that lead to the map that is meant, from the top
 * @throws Error for a value without a comment, or one whose type its default does not say and no schema does
 */
export function readValues(text: string, at: readonly string[] = []): Value[] {
  const document = parseDocument(text);
  const map = at.length === 0 ? document.contents : document.getIn(at);
  return isMap(map) ? valuesOf(map, []) : [];
}

function valuesOf(map: YAMLMap, above: readonly string[]): Value[] {
  return map.items.map((pair, index) => {
    const { key, comment } = keyOf(pair, index === 0 ? map.commentBefore : undefined);
    const path = [...above, key].join('.');
    const lines = comment.split('\n').map((line) => line.trim());
    const meaning = lines.filter((line) => !SCHEMA.test(line)).join(' ').trim(); // prettier-ignore
    const said = lines.map((line) => SCHEMA.exec(line)?.[1]).find((each) => each !== undefined);
    const given = said === undefined ? undefined : (parse(said) as Schema);
    const { value } = pair;
    if (isMap(value) && value.items.length > 0 && !given) return group(key, meaning, valuesOf(value, [...above, key]));
    if (meaning === '') throw new Error(`${path} has no comment: say above it what it means`);
    const standard = valueOf(value);
    return { key, meaning, schema: { description: meaning, ...typed(path, standard, given) }, default: standard };
  });
}

const valueOf = (node: unknown): unknown => (node === null ? null : (node as { toJSON: () => unknown }).toJSON());

/** A comment before the first key of a map belongs to the map. */
function keyOf({ key }: Pair, before: string | null | undefined): { key: string; comment: string } {
  if (!isScalar(key)) throw new Error('a key of the values is no text');
  // What stands apart, by an empty line, is about the file.
  const [comment = ''] = (key.commentBefore ?? before ?? '').split(/\n\s*\n/).slice(-1);
  return { key: String(key.value), comment };
}

/** A group from its parts: no key but theirs is taken. */
export function group(key: string, meaning: string, parts: readonly Value[]): Value {
  const properties = Object.fromEntries(parts.map((part) => [part.key, part.schema]));
  const schema = { ...(meaning && { description: meaning }), type: 'object', additionalProperties: false, properties };
  return { key, meaning, schema, parts };
}

function typed(path: string, standard: unknown, given: Schema = {}): Schema {
  if ('type' in given) return given;
  const type = typeOf(standard);
  if ((type === 'array' && !('items' in given)) || (type === 'object' && !('additionalProperties' in given)))
    throw new Error(`${path}: a list or map says above it by @schema what is in it, such as {items: {type: string}}`);
  return { type, ...given };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

/** Values with others in the place of those of the same path, or beside them. */
export function overlaid(under: readonly Value[], over: readonly Value[]): Value[] {
  const placed = under.map((value) => {
    const own = over.find(({ key }) => key === value.key);
    if (!own) return value;
    return own.parts && value.parts
      ? group(value.key, own.meaning || value.meaning, overlaid(value.parts, own.parts))
      : own;
  });
  return [...placed, ...over.filter(({ key }) => !under.some((value) => value.key === key))];
}

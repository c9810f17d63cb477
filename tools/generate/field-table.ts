/** The fields of a structural schema as a table: where each stands, what it takes, and what it means. */

/** The part of a structural schema that is shown. */
export interface ShownSchema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: unknown;
  readonly pattern?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, ShownSchema>>;
  readonly items?: ShownSchema;
  readonly additionalProperties?: ShownSchema | boolean;
  readonly [keyword: string]: unknown;
}

/** Keywords with a number, as they are said. */
const BOUNDS: readonly (readonly [string, string])[] = [
  ['minimum', 'at least'],
  ['exclusiveMinimum', 'more than'],
  ['maximum', 'at most'],
  ['exclusiveMaximum', 'less than'],
  ['minLength', 'at least … characters'],
  ['maxLength', 'at most … characters'],
  ['minItems', 'at least … items'],
  ['maxItems', 'at most … items'],
  ['minProperties', 'at least … entries'],
  ['maxProperties', 'at most … entries'],
];

/**
 * A Markdown table of every field below `path`, and the rules that the API server checks.
 * @param path where the schema stands: `spec`
 */
export function fieldTable(schema: ShownSchema, path: string): string {
  const rows = fieldsOf(schema, path).map(
    ({ at, field, required }) =>
      `| \`${at}\` | ${escaped(typeOf(field))} | ${required ? 'yes' : ''} | ${shownDefault(field)} | ${escaped(meaning(field))} |`,
  );
  const rules = rulesOf(schema, path).map((rule) => `- ${rule}\n`);
  const head = '| Field | Type | Required | Default | |\n| --- | --- | --- | --- | --- |\n';
  return `${head}${rows.map((row) => `${row}\n`).join('')}${rules.length > 0 ? `\nRules:\n\n${rules.join('')}` : ''}`;
}

interface Field {
  readonly at: string;
  readonly field: ShownSchema;
  readonly required: boolean;
}

/** Depth first, in the order of the schema; items stand below `[]`, entries of a map below `[*]`. */
function fieldsOf(schema: ShownSchema, path: string): Field[] {
  const { properties = {}, required = [], items, additionalProperties: entries } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, field]) => {
      const at = `${path}.${name}`;
      return [{ at, field, required: required.includes(name) }, ...fieldsOf(field, at)];
    }),
    ...(items ? fieldsOf(items, `${path}[]`) : []),
    ...(typeof entries === 'object' ? fieldsOf(entries, `${path}[*]`) : []),
  ];
}

function typeOf(schema: ShownSchema): string {
  const { enum: values, items, additionalProperties: entries } = schema;
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (items) return `list of ${typeOf(items)}`;
  if (typeof entries === 'object') return `map of ${typeOf(entries)}`;
  return typeof schema.type === 'string' ? schema.type : 'anything';
}

const shownDefault = ({ default: value }: ShownSchema): string =>
  value === undefined ? '' : escaped(`\`${JSON.stringify(value)}\``);

/** The description, and what values have to be. */
function meaning(schema: ShownSchema): string {
  const bounds = BOUNDS.flatMap(([keyword, words]) => {
    const bound = schema[keyword];
    if (typeof bound !== 'number') return [];
    if (bound === 1 && words.startsWith('at least …')) return ['not empty'];
    return [words.includes('…') ? words.replace('…', String(bound)) : `${words} ${bound}`];
  });
  if (typeof schema.pattern === 'string') bounds.push(`matches \`${schema.pattern}\``);
  const words = typeof schema.description === 'string' ? schema.description : '';
  const limits = bounds.join(', ');
  if (limits === '') return words;
  return `${words}${words === '' ? '' : ' '}${limits.charAt(0).toUpperCase()}${limits.slice(1)}.`;
}

/** What the API server says of an object that breaks a rule in CEL, with the place of the rule. */
function rulesOf(schema: ShownSchema, path: string): string[] {
  const { properties = {}, items, additionalProperties: entries } = schema;
  const own = (schema['x-kubernetes-validations'] ?? []) as readonly { message?: string; rule: string }[];
  return [
    ...own.map(({ message, rule }) => `\`${path}\`: ${message ?? `\`${rule}\``}`),
    ...Object.entries(properties).flatMap(([name, field]) => rulesOf(field, `${path}.${name}`)),
    ...(items ? rulesOf(items, `${path}[]`) : []),
    ...(typeof entries === 'object' ? rulesOf(entries, `${path}[*]`) : []),
  ];
}

const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/**
 * Checks of values against a structural schema, with the meaning that the API server gives to it, at a bounded price. Libraries
 * that interpret JSON schemas take minutes for a list with thousands of wrong items, and evaluate code where they are fast.
 */
import { Fuel } from '@eso/runtime';
import { compileRegexp } from '../../regexp/index.ts';
import { checkKeywords, type ConfigSchema, isSchema } from './inline-schema.ts';
import type { Findings, ValuePlace } from './schema-finding.ts';
import { NUMBER_FORMATS, TEXT_FORMATS } from './schema-formats.ts';

/** Adds to the findings what a value is not. */
export type SchemaCheck = (value: unknown, place: ValuePlace | undefined, findings: Findings) => void;

/** Keywords with values of a type that is known, once the schema is one. */
interface Bounds {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** Steps for one value, besides the expressions that it has to match. */
const STEPS_PER_VALUE = 200;

/**
 * The check that a schema says.
 * @param path where the schema stands, for the error
 * @param closes whether a field that the schema does not know is a finding; in alternatives it is none
 * @returns throws FuelSpent where a value takes more than the findings' fuel
 * @throws TypeError for a keyword that would not be checked
 */
export function schemaCheck(schema: ConfigSchema, path: string, closes = true): SchemaCheck {
  checkKeywords(schema, path);
  const isNullable = schema['nullable'] === true;
  const types = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : typesOf(schema['type']);
  const checks = [
    ...enumCheck(schema),
    ...textChecks(schema, path),
    ...numberChecks(schema, path),
    ...listChecks(schema, path, closes),
    ...objectChecks(schema, path, closes),
    ...combinedChecks(schema, path),
  ];
  return (value, place, findings) => {
    findings.fuel.take(STEPS_PER_VALUE);
    if (value === null && isNullable) return;
    if (types && !types.some((type) => isOfType(value, type))) {
      findings.add({ keyword: 'type', argument: types, place, schema });
      return;
    }
    for (const check of checks) {
      if (findings.isFull) return;
      check(value, place, findings);
    }
  };
}

function typesOf(type: unknown): string[] | undefined {
  return typeof type === 'string' ? [type] : undefined;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isSchema(value);
    default:
      return typeof value === type;
  }
}

/** A check that looks at values of one type alone, and says whether they are as the keyword wants them. */
function holds<T>(
  schema: ConfigSchema,
  keyword: string,
  isMeant: (value: unknown) => value is T,
  isGood: (value: T, fuel: Fuel) => boolean,
  argument: unknown = schema[keyword],
): SchemaCheck[] {
  if (schema[keyword] === undefined || schema[keyword] === false) return [];
  return [
    (value, place, findings) => {
      if (isMeant(value) && !isGood(value, findings.fuel)) findings.add({ keyword, argument, place, schema });
    },
  ];
}

function enumCheck(schema: ConfigSchema): SchemaCheck[] {
  const allowed = new Set((schema['enum'] as unknown[] | undefined)?.map((value) => JSON.stringify(value)));
  return holds(schema, 'enum', isScalar, (value) => allowed.has(JSON.stringify(value)));
}

function textChecks(schema: ConfigSchema, path: string): SchemaCheck[] {
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema as Bounds;
  const expression = pattern === undefined ? undefined : expressionOf(pattern, path);
  const ofText = TEXT_FORMATS.get(format ?? '');
  if (format !== undefined && !ofText && !NUMBER_FORMATS.has(format))
    throw new TypeError(`the schema of ${path} uses format ${format}, which is not checked`);
  return [
    ...holds(schema, 'minLength', isText, (text) => characters(text, minLength) >= minLength),
    ...holds(schema, 'maxLength', isText, (text) => characters(text, maxLength) <= maxLength),
    // Of a text that is too long nothing more has to be found out.
    ...holds(schema, 'pattern', isText, (text, fuel) => text.length > 2 * maxLength || !!expression?.test(text, fuel)),
    ...holds(schema, 'format', isText, (text, fuel) => {
      fuel.take(10 * text.length);
      return ofText?.(text) ?? true;
    }),
  ];
}

function expressionOf(pattern: string, path: string) {
  try {
    return compileRegexp(pattern, new Fuel(Infinity));
  } catch (cause) {
    throw new TypeError(`the pattern of ${path} is no regular expression`, { cause });
  }
}

/** As Go counts them, up to what has to be known. */
function characters(text: string, enough: number): number {
  if (text.length > 2 * enough) return text.length;
  return Array.from(text).length;
}

function numberChecks(schema: ConfigSchema, path: string): SchemaCheck[] {
  const { minimum = -Infinity, maximum = Infinity, multipleOf = 1, format } = schema as Bounds;
  const ofNumber = NUMBER_FORMATS.get(format ?? '');
  for (const keyword of ['exclusiveMinimum', 'exclusiveMaximum'])
    if (typeof schema[keyword] === 'number')
      throw new TypeError(`${keyword} of ${path} has to be true beside a bound, as in a CRD`);
  const excludesMinimum = schema['exclusiveMinimum'] === true;
  const excludesMaximum = schema['exclusiveMaximum'] === true;
  return [
    ...(excludesMinimum ? [] : holds(schema, 'minimum', isNumber, (value) => value >= minimum)),
    ...(excludesMaximum ? [] : holds(schema, 'maximum', isNumber, (value) => value <= maximum)),
    ...holds(schema, 'exclusiveMinimum', isNumber, (value) => value > minimum, minimum),
    ...holds(schema, 'exclusiveMaximum', isNumber, (value) => value < maximum, maximum),
    ...holds(schema, 'multipleOf', isNumber, (value) => Number.isInteger(value / multipleOf)),
    ...holds(schema, 'format', isNumber, (value) => ofNumber?.(value) ?? true),
  ];
}

function listChecks(schema: ConfigSchema, path: string, closes: boolean): SchemaCheck[] {
  const { minItems = 0, maxItems = Infinity } = schema as Bounds;
  const { items } = schema;
  const item = isSchema(items) ? schemaCheck(items, `${path}[]`, closes) : undefined;
  const each: SchemaCheck = (value, parent, findings) => {
    if (!Array.isArray(value)) return;
    for (const [step, member] of value.entries()) {
      if (findings.isFull) return;
      item?.(member, { parent, step }, findings);
    }
  };
  return [
    ...holds(schema, 'minItems', Array.isArray, (list) => list.length >= minItems),
    ...holds(schema, 'maxItems', Array.isArray, (list) => list.length <= maxItems),
    ...holds(schema, 'uniqueItems', Array.isArray, (list: unknown[]) => areDifferent(list)),
    ...(item ? [each] : []),
  ];
}

function areDifferent(list: readonly unknown[]): boolean {
  return new Set(list.map((item) => JSON.stringify(item))).size === list.length;
}

function objectChecks(schema: ConfigSchema, path: string, closes: boolean): SchemaCheck[] {
  const { minProperties = 0, maxProperties = Infinity } = schema as Bounds;
  const required = (schema['required'] ?? []) as readonly string[];
  return [
    ...holds(schema, 'minProperties', isSchema, (object) => Object.keys(object).length >= minProperties),
    ...holds(schema, 'maxProperties', isSchema, (object) => Object.keys(object).length <= maxProperties),
    (value, place, findings) => {
      if (!isSchema(value)) return;
      for (const name of required)
        if (!Object.hasOwn(value, name)) findings.add({ keyword: 'required', argument: name, place, schema });
    },
    fieldsCheck(schema, path, closes),
  ];
}

function fieldsCheck(schema: ConfigSchema, path: string, closes: boolean): SchemaCheck {
  const { properties, additionalProperties } = schema;
  const fields = new Map(
    Object.entries(isSchema(properties) ? properties : {}).map(([name, child]) => [
      name,
      schemaCheck(child as ConfigSchema, `${path}.${name}`, closes),
    ]),
  );
  const other = isSchema(additionalProperties) ? schemaCheck(additionalProperties, `${path}[*]`, closes) : undefined;
  const isOpen = additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isClosed = closes && schema['type'] === 'object' && !isOpen && !other;
  return (value, parent, findings) => {
    if (!isSchema(value)) return;
    for (const step in value) {
      if (findings.isFull) return;
      const member = value[step];
      const check = fields.get(step) ?? other;
      if (check) check(member, { parent, step }, findings);
      else if (isClosed) findings.add({ keyword: 'additionalProperties', argument: step, place: parent, schema });
    }
  };
}

/** Alternatives and their like; what stands in them adds conditions and names no fields of its own. */
function combinedChecks(schema: ConfigSchema, path: string): SchemaCheck[] {
  const branches = (keyword: string): SchemaCheck[] => {
    const parts = schema[keyword];
    if (!Array.isArray(parts) || schema['x-kubernetes-int-or-string'] === true) return [];
    return parts.map((part) => schemaCheck(part as ConfigSchema, path, false));
  };
  const combined = (keyword: string, checks: readonly SchemaCheck[], isGood: (holding: number) => boolean) =>
    checks.length === 0
      ? []
      : [
          ((value, place, findings) => {
            const holding = checks.filter((check) => {
              const aside = findings.aside();
              check(value, place, aside);
              return aside.found.length === 0;
            });
            if (!isGood(holding.length)) findings.add({ keyword, argument: schema[keyword], place, schema });
          }) satisfies SchemaCheck,
        ];
  const none = isSchema(schema['not']) ? [schemaCheck(schema['not'], path, false)] : [];
  return [
    ...branches('allOf'),
    ...combined('anyOf', branches('anyOf'), (holding) => holding > 0),
    ...combined('oneOf', branches('oneOf'), (holding) => holding === 1),
    ...combined('not', none, (holding) => holding === 0),
  ];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}

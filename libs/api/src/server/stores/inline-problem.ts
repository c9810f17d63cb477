import type { ConfigProblem } from '../config-check.ts';
import { isSchema } from './inline-schema.ts';
import { type Finding, stepsTo } from './schema-finding.ts';

/** Wording for each keyword, from its value in the schema. Nothing of it comes from what the user wrote: that may be a value. */
const WORDS: Readonly<Record<string, (argument: unknown) => string>> = {
  type: (types) => `has to be ${listed(types, ' or ')}`,
  enum: (values) => `has to be one of ${listed(values, ', ')}`,
  pattern: (pattern) => `has to match ${text(pattern)}`,
  format: (format) => `has to be of the form ${text(format)}`,
  minLength: (least) => `has to have at least ${text(least)} characters`,
  maxLength: (most) => `may have at most ${text(most)} characters`,
  minItems: (least) => `has to have at least ${text(least)} items`,
  maxItems: (most) => `may have at most ${text(most)} items`,
  uniqueItems: () => 'may not have the same item twice',
  minProperties: (least) => `has to have at least ${text(least)} fields`,
  maxProperties: (most) => `may have at most ${text(most)} fields`,
  minimum: (least) => `has to be at least ${text(least)}`,
  maximum: (most) => `may be at most ${text(most)}`,
  exclusiveMinimum: (bound) => `has to be more than ${text(bound)}`,
  exclusiveMaximum: (bound) => `has to be less than ${text(bound)}`,
  multipleOf: (step) => `has to be a multiple of ${text(step)}`,
};

/** What a finding means for the user who wrote the store. */
export function problemOf({ keyword, argument, place, schema }: Finding, root: string): ConfigProblem {
  const path = pathOf(root, stepsTo(place));
  if (keyword === 'required') {
    const field = pathOf(path, [text(argument)]);
    return { field, problem: `${field} is required`, nextStep: `set ${field}` };
  }
  if (keyword === 'additionalProperties') {
    const field = pathOf(path, [text(argument)]);
    const known = knownFields(schema);
    return {
      field,
      problem: `${field} is not known`,
      nextStep: known ? `remove it, or correct its name: known are ${known}` : 'remove it',
    };
  }
  const words = WORDS[keyword]?.(argument) ?? 'is not of a form that is allowed here';
  return { field: path, problem: `${path} ${words}`, nextStep: `correct ${path}` };
}

function pathOf(root: string, path: readonly (string | number)[]): string {
  return path.reduce<string>((at, step) => (typeof step === 'number' ? `${at}[${step}]` : `${at}.${step}`), root);
}

function knownFields(schema: unknown): string | undefined {
  const properties = isSchema(schema) ? schema['properties'] : undefined;
  return isSchema(properties) ? Object.keys(properties).sort().join(', ') : undefined;
}

function listed(values: unknown, separator: string): string {
  return [values].flat().map(text).join(separator);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

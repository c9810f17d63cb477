import type { Fuel } from '@eso/runtime';
import type { ManifestObject, ManifestValue } from './json-value.ts';
import { fieldOf, isManifestObject, setField } from './json-value.ts';
import { targetError } from './target-error.ts';

/** One step of a path: into a map by key, or into a list by index. */
export type PathStep =
  { readonly kind: 'key'; readonly key: string } | { readonly kind: 'index'; readonly index: number };

/** A list grows to the index with nulls, so that there has to be an end. */
const maxIndex = 10_000;
/** No resource is nested so deep. */
const maxSteps = 100;
/** Steps of fuel for one null that a list grows by. */
const FUEL_PER_NULL = 10;

/** The indexes behind a name: `[0][1]`. */
function parseIndexes(target: string, text: string): PathStep[] {
  const steps: PathStep[] = [];
  let rest = text;
  while (rest !== '') {
    if (!rest.startsWith('[')) throw invalid(target, `expected '[' near ${JSON.stringify(rest)}`);
    const close = rest.indexOf(']');
    if (close < 0) throw invalid(target, "unterminated '['");
    const number = rest.slice(1, close);
    if (!/^[+-]?[0-9]+$/.test(number)) throw invalid(target, `bad index ${JSON.stringify(number)}`);
    const index = Number(number);
    if (index < 0) throw invalid(target, `negative index ${index}`);
    if (index > maxIndex) throw invalid(target, `index ${index} exceeds maximum (${maxIndex})`);
    steps.push({ kind: 'index', index });
    rest = rest.slice(close + 1);
  }
  return steps;
}

function invalid(target: string, what: string): Error {
  return targetError('', `invalid path ${JSON.stringify(target)}: ${what}`);
}

/** Reads a path such as `spec.containers[0].name`. Throws `TemplateError` with code `TARGET`. */
export function parsePath(target: string): PathStep[] {
  const steps = target.split('.').flatMap((segment): PathStep[] => {
    if (segment === '') throw invalid(target, 'empty segment');
    const bracket = segment.indexOf('[');
    const name = bracket < 0 ? segment : segment.slice(0, bracket);
    const indexes = bracket < 0 ? [] : parseIndexes(target, segment.slice(bracket));
    return name === '' ? indexes : [{ kind: 'key', key: name }, ...indexes];
  });
  if (steps.length > maxSteps) throw invalid(target, `more than ${maxSteps} steps`);
  if (steps[0]?.kind !== 'key') throw invalid(target, 'path must start with a key');
  return steps;
}

/** The type of a value in Go's words. */
function goType(value: ManifestValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  return { string: 'string', number: 'float64', boolean: 'bool' }[typeof value as 'string' | 'number' | 'boolean'];
}

function emptyFor(step: PathStep): ManifestValue {
  return step.kind === 'key' ? {} : [];
}

function read(container: ManifestValue, step: PathStep, target: string): ManifestValue | undefined {
  if (step.kind === 'key') {
    if (isManifestObject(container)) return fieldOf(container, step.key);
    throw mismatch(target, `expected map at key ${JSON.stringify(step.key)}`, container);
  }
  if (Array.isArray(container)) return container[step.index];
  throw mismatch(target, `expected array at index ${step.index}`, container);
}

function mismatch(target: string, expected: string, found: ManifestValue): Error {
  return targetError('', `failed to set path ${target}: ${expected} but found ${goType(found)}`);
}

function write(container: ManifestValue, step: PathStep, value: ManifestValue, fuel: Fuel | undefined): void {
  if (step.kind === 'key') {
    if (isManifestObject(container)) setField(container, step.key, value);
    return;
  }
  if (!Array.isArray(container)) return;
  fuel?.take(FUEL_PER_NULL * Math.max(0, step.index - container.length));
  while (container.length <= step.index) container.push(null);
  container[step.index] = value;
}

/**
 * Replaces the leaf of a path by what `change` makes of it (undefined where there is none), making maps and lists on the way
 * and filling lists with nulls. Throws `TemplateError` with code `TARGET` where something else stands in the way; `FuelSpent`.
 */
export function changeAtPath(
  object: ManifestObject,
  { text: target, path }: { readonly text: string; readonly path: readonly PathStep[] },
  change: (leaf: ManifestValue | undefined) => ManifestValue,
  fuel?: Fuel,
): void {
  let container: ManifestValue = object;
  path.forEach((step, at) => {
    const found: ManifestValue | undefined = read(container, step, target);
    const next = path[at + 1];
    if (next === undefined) {
      write(container, step, change(found), fuel);
      return;
    }
    const inner: ManifestValue = found ?? emptyFor(next);
    if (found === undefined || found === null) write(container, step, inner, fuel);
    container = inner;
  });
}

import type { KindDefinition, ProviderDefinition } from './definition.ts';

/**
 * Refuses what no provider can be started with. Types keep most of it out, but an author may write plain JavaScript, and two
 * kinds of the same name are no mistake of types: of such a pair one would never be asked.
 * @throws TypeError that names everything that is wrong.
 */
export function checkDefinition(definition: ProviderDefinition): void {
  const problems = [...problemsOf(definition)];
  if (problems.length > 0)
    throw new TypeError(`the provider cannot be started as it is defined: ${problems.join('; ')}`);
}

function* problemsOf(definition: unknown): Generator<string> {
  const { name, kinds } = (definition ?? {}) as { [K in keyof ProviderDefinition]?: unknown };
  if (typeof name !== 'string' || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    yield 'its name has to be a word of lower case letters, digits and hyphens';
  if (!Array.isArray(kinds) || kinds.length === 0) {
    yield 'it defines no kind';
    return;
  }
  for (const [index, kind] of kinds.entries()) yield* kindProblems(kind, index);
  yield* twice(kinds.filter(isKind));
}

function* kindProblems(kind: unknown, index: number): Generator<string> {
  if (!isKind(kind)) {
    yield `kinds[${index}] was not made by defineKind`;
    return;
  }
  for (const field of ['kind', 'plural', 'metricName'] as const)
    if (typeof kind[field] !== 'string' || kind[field] === '') yield `kinds[${index}].${field} is missing`;
}

function* twice(kinds: readonly KindDefinition[]): Generator<string> {
  const seen = new Set<string>();
  for (const { apiVersion, kind, plural } of kinds)
    for (const id of [`kind ${kind} of ${apiVersion}`, `plural ${plural} of ${apiVersion}`]) {
      if (seen.has(id)) yield `${id} is defined twice`;
      seen.add(id);
    }
}

function isKind(kind: unknown): kind is KindDefinition {
  const { apiVersion, open, checkConfig } = (kind ?? {}) as { [K in keyof KindDefinition]?: unknown };
  return typeof apiVersion === 'string' && typeof open === 'function' && typeof checkConfig === 'function';
}

import type { KindDefinition } from './define-kind.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import type { GeneratorDefinition } from './generators/define-generator.ts';
import { flagProblems } from './own-flags.ts';

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
  const { name, kinds, generators = [], flags } = (definition ?? {}) as { [K in keyof ProviderDefinition]?: unknown };
  if (typeof name !== 'string' || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    yield 'its name has to be a word of lower case letters, digits and hyphens';
  yield* flagProblems(flags);
  if (!Array.isArray(kinds) || !Array.isArray(generators) || kinds.length + generators.length === 0) {
    yield 'it defines no kind';
    return;
  }
  for (const [index, kind] of kinds.entries()) yield* kindProblems(kind, `kinds[${index}]`);
  for (const [index, generator] of generators.entries()) yield* generatorProblems(generator, `generators[${index}]`);
  yield* twice([kinds, generators.map(ownOf)].flat().filter(isKind));
  yield* undecoded(kinds.filter(isKind));
  yield* twice(generators.map(clusterOf).filter(isKind));
}

function* generatorProblems(generator: unknown, at: string): Generator<string> {
  if (isKind(ownOf(generator))) yield* kindProblems(ownOf(generator), at);
  else yield `${at} was not made by defineGenerator`;
}

function ownOf(generator: unknown): unknown {
  return (generator as Partial<GeneratorDefinition> | undefined)?.own;
}

function clusterOf(generator: unknown): unknown {
  return (generator as Partial<GeneratorDefinition> | undefined)?.cluster;
}

function* kindProblems(kind: unknown, at: string): Generator<string> {
  if (!isKind(kind)) {
    yield `${at} was not made by defineKind or defineInlineKind`;
    return;
  }
  const { kind: name, metricName, place } = kind;
  const words = {
    kind: name,
    ...(typeof metricName === 'function' ? {} : { metricName }),
    ...(place.tag === 'object' ? { plural: place.plural } : {}),
  };
  for (const [field, word] of Object.entries<unknown>(words))
    if (typeof word !== 'string' || word === '') yield `${at}.${field} is missing`;
}

function* twice(kinds: readonly KindDefinition[]): Generator<string> {
  const seen = new Set<string>();
  for (const { apiVersion, kind, place } of kinds) {
    const names =
      place.tag === 'object'
        ? [`kind ${kind} of ${apiVersion}`, `plural ${place.plural} of ${apiVersion}`]
        : [`spec.provider.${kind}`];
    for (const id of names) {
      if (seen.has(id)) yield `${id} is defined twice`;
      seen.add(id);
    }
  }
}

/** Of one object the API server gives as many views as there are versions, most of which nobody wrote. */
function* undecoded(kinds: readonly KindDefinition[]): Generator<string> {
  const nameOf = ({ kind, place }: KindDefinition): string =>
    place.tag === 'object' ? `${kind} of ${place.group}` : `spec.provider.${kind}`;
  for (const kind of kinds) {
    if (kind.place.tag === 'inline' || kind.place.decode) continue;
    if (kinds.some((other) => other !== kind && nameOf(other) === nameOf(kind) && other.apiVersion !== kind.apiVersion))
      yield `kind ${nameOf(kind)} has several versions, and ${kind.apiVersion} no schema: "npm run generate" makes it`;
  }
}

function isKind(kind: unknown): kind is KindDefinition {
  const { apiVersion, open, checkConfig, place } = (kind ?? {}) as { [K in keyof KindDefinition]?: unknown };
  const functions = typeof open === 'function' && typeof checkConfig === 'function';
  return typeof apiVersion === 'string' && functions && typeof place === 'object';
}

/** Which namespaces a cluster-scoped store's conditions admit; core and the provider's kit both decide it, by this one rule. */
import { Fuel, FuelSpent } from '@eso/runtime';
import { compileRegexp, type Expression, RegexpError } from '../regexp/index.ts';
import type { ClusterStoreCondition, LabelSelector } from './provider.ts';

/** What conditions look at. */
export interface ConsumerNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What an expression of `namespaceRegexes` has to match: the `whole` name, because unanchored `prod` would admit `not-prod-at-all`, or
 * `anywhere` in it, as ClusterSecretStores of External Secrets 2.x have it.
 */
export type RegexScope = 'whole' | 'anywhere';

/** What the expressions of a kind of store, or class, have to match. */
export function regexScopeOf(kind: string): RegexScope {
  return kind === 'ClusterSecretStore' ? 'anywhere' : 'whole';
}

/**
 * Whether conditions admit a namespace. No condition admits every namespace; otherwise one match of any kind in any entry is
 * enough (OR over everything, as in External Secrets 2.x). An empty selector matches every namespace, an entry with nothing in it
 * none. Expressions are RE2. One that is too large, or too much for one look at the conditions, admits nobody.
 */
export function admits(
  conditions: readonly ClusterStoreCondition[] | undefined,
  namespace: ConsumerNamespace,
  scope: RegexScope = 'whole',
): boolean {
  if (conditions === undefined || conditions.length === 0) return true;
  const fuel = new Fuel(ADMISSION_STEPS);
  return conditions.some(
    (condition) =>
      (condition.namespaceSelector !== undefined &&
        selectorMatchesLabels(condition.namespaceSelector, namespace.labels)) ||
      (condition.namespaces ?? []).includes(namespace.name) ||
      (condition.namespaceRegexes ?? []).some((pattern) => matches(pattern, namespace.name, scope, fuel)),
  );
}

/** What is wrong with one expression of conditions. */
export interface ConditionsProblem {
  /** `spec.conditions[0].namespaceRegexes[1]` */
  readonly field: string;
  readonly what: string;
  readonly nextStep: string;
}

/** The first expression of the conditions that is not used, with its place and reason; counted from 0. */
export function conditionsProblem(
  conditions: readonly ClusterStoreCondition[] | undefined,
): ConditionsProblem | undefined {
  const fuel = new Fuel(ADMISSION_STEPS);
  for (const { field, pattern } of expressionsOf(conditions)) {
    const problem = problemOf(pattern, fuel);
    if (problem) return { field, ...problem };
  }
  return undefined;
}

/** Fields of expressions that match anywhere in a name, although they look as if they meant the whole of it. */
export function unanchoredExpressions(conditions: readonly ClusterStoreCondition[] | undefined): string[] {
  return [...expressionsOf(conditions)]
    .filter(({ pattern }) => !(/^(\^|\\A)/.test(pattern) && /(\$|\\z)$/.test(pattern)))
    .map(({ field }) => field);
}

function* expressionsOf(
  conditions: readonly ClusterStoreCondition[] | undefined,
): Generator<{ readonly field: string; readonly pattern: string }> {
  for (const [c, { namespaceRegexes = [] }] of (conditions ?? []).entries())
    for (const [r, pattern] of namespaceRegexes.entries())
      yield { field: `spec.conditions[${String(c)}].namespaceRegexes[${String(r)}]`, pattern };
}

/** Kubernetes' own rules: every label and every expression has to hold; an empty selector selects everything. */
export function selectorMatchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector.matchExpressions ?? []).every((expression) => holds(expression, labels));
}

function holds(
  expression: { readonly key: string; readonly operator: string; readonly values?: readonly string[] },
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, expression.key) ? labels[expression.key] : undefined;
  const listed = value !== undefined && (expression.values ?? []).includes(value);
  switch (expression.operator) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      // An operator that is not known must not open the store to anybody.
      return false;
  }
}

/** Steps of one look at the conditions: they are looked at in every sync, and an administrator writes them. */
const ADMISSION_STEPS = 20_000_000;
/** The longest name of a namespace. */
const LONGEST_NAME = 'n'.repeat(63);

function matches(pattern: string, name: string, scope: RegexScope, fuel: Fuel): boolean {
  try {
    const expression = compileRegexp(pattern, fuel);
    return scope === 'whole' ? expression.matchesWhole(name, fuel) : expression.test(name, fuel);
  } catch (error) {
    if (error instanceof RegexpError || error instanceof FuelSpent) return false;
    throw error;
  }
}

function problemOf(pattern: string, fuel: Fuel): Omit<ConditionsProblem, 'field'> | undefined {
  try {
    const expression: Expression = compileRegexp(pattern, fuel);
    expression.matchesWhole(LONGEST_NAME, fuel);
    return undefined;
  } catch (error) {
    if (error instanceof FuelSpent)
      return {
        what: `all expressions up to this one take more than ${ADMISSION_STEPS} steps`,
        nextStep: 'Use fewer and simpler ones.',
      };
    if (!(error instanceof RegexpError)) throw error;
    return error.code === 'INVALID_REGEXP'
      ? {
          what: 'not a valid RE2 expression',
          nextStep: 'Correct it; look-around and back-references are not supported.',
        }
      : { what: error.message, nextStep: 'Use a shorter expression, with smaller counts in its repetitions.' };
  }
}

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
 * Whether a cluster-scoped store's conditions admit a namespace. No condition admits every namespace; otherwise one match
 * of any kind in any entry is enough (OR over everything, as in External Secrets 2.x). An empty selector matches every
 * namespace, an entry with nothing in it none. Expressions are RE2 and have to match the whole name: unanchored, `prod`
 * would admit `not-prod-at-all`. One that is too large, or too much for one look at the conditions, admits nobody.
 */
export function admits(
  conditions: readonly ClusterStoreCondition[] | undefined,
  namespace: ConsumerNamespace,
): boolean {
  if (conditions === undefined || conditions.length === 0) return true;
  const fuel = new Fuel(ADMISSION_STEPS);
  return conditions.some(
    (condition) =>
      (condition.namespaceSelector !== undefined &&
        selectorMatchesLabels(condition.namespaceSelector, namespace.labels)) ||
      (condition.namespaces ?? []).includes(namespace.name) ||
      (condition.namespaceRegexes ?? []).some((pattern) => matches(pattern, namespace.name, fuel)),
  );
}

/** The first expression of the conditions that is not used, as a message with its place and reason; counted from 0. */
export function conditionsProblem(conditions: readonly ClusterStoreCondition[] | undefined): string | undefined {
  const fuel = new Fuel(ADMISSION_STEPS);
  for (const [c, condition] of (conditions ?? []).entries()) {
    for (const [r, pattern] of (condition.namespaceRegexes ?? []).entries()) {
      const problem = problemOf(pattern, fuel);
      if (problem !== undefined) return `spec.conditions[${String(c)}].namespaceRegexes[${String(r)}]: ${problem}`;
    }
  }
  return undefined;
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

function matches(pattern: string, name: string, fuel: Fuel): boolean {
  try {
    return compileRegexp(pattern, fuel).matchesWhole(name, fuel);
  } catch (error) {
    if (error instanceof RegexpError || error instanceof FuelSpent) return false;
    throw error;
  }
}

function problemOf(pattern: string, fuel: Fuel): string | undefined {
  try {
    const expression: Expression = compileRegexp(pattern, fuel);
    expression.matchesWhole(LONGEST_NAME, fuel);
    return undefined;
  } catch (error) {
    if (error instanceof FuelSpent)
      return `all expressions up to this one take more than ${ADMISSION_STEPS} steps. Use fewer and simpler ones.`;
    if (!(error instanceof RegexpError)) throw error;
    return error.code === 'INVALID_REGEXP'
      ? 'not a valid RE2 expression. Correct it; look-around and back-references are not supported.'
      : `${error.message}. Use a shorter expression, with smaller counts in its repetitions.`;
  }
}

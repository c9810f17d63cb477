import type { ClusterStoreCondition, LabelSelector } from '@eso/api/resources';
import { RE2JS } from 're2js';
import type { ConsumerNamespace } from './store-view.ts';

/**
 * Whether a cluster-scoped store's conditions admit a namespace. No condition admits every namespace; otherwise one match
 * of any kind in any entry is enough (OR over everything, as in External Secrets 2.x). An empty selector matches every
 * namespace, an entry with nothing in it none. Expressions are RE2 and have to match the whole name: unanchored, `prod`
 * would admit `not-prod-at-all`.
 */
export function admits(
  conditions: readonly ClusterStoreCondition[] | undefined,
  namespace: ConsumerNamespace,
): boolean {
  if (conditions === undefined || conditions.length === 0) return true;
  return conditions.some(
    (condition) =>
      (condition.namespaceSelector !== undefined && selects(condition.namespaceSelector, namespace.labels)) ||
      (condition.namespaces ?? []).includes(namespace.name) ||
      (condition.namespaceRegexes ?? []).some((pattern) => compile(pattern)?.matches(namespace.name) ?? false),
  );
}

/** The first expression of the conditions that does not compile, as a message with its place; counted from 0. */
export function conditionsProblem(conditions: readonly ClusterStoreCondition[] | undefined): string | undefined {
  for (const [c, condition] of (conditions ?? []).entries()) {
    for (const [r, pattern] of (condition.namespaceRegexes ?? []).entries()) {
      if (compile(pattern)) continue;
      return `spec.conditions[${String(c)}].namespaceRegexes[${String(r)}]: not a valid RE2 expression. Correct it; look-around and back-references are not supported.`;
    }
  }
  return undefined;
}

/** Kubernetes' own rules: every label and every expression has to hold; an empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
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

/** Compiling costs 35 µs and the same few patterns are asked for at every sync. */
const compiled = new Map<string, RE2JS | undefined>();
const COMPILED_MAX = 1_000;

function compile(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  let expression: RE2JS | undefined;
  try {
    expression = RE2JS.compile(pattern);
  } catch {
    expression = undefined;
  }
  compiled.set(pattern, expression);
  return expression;
}

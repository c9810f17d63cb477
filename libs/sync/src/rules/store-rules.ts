import { conditionsProblem } from '@eso/api/resources';
import { NEGATIVE, NO_DURATION, readRefreshInterval } from '../store/refresh-interval.ts';
import { storeConfigRules } from './store-config-rules.ts';
import { problemsBy, type RuledKind, type RuledObject, type StoreProblem, type StoreRule } from './store-rule.ts';

/** As many expressions as an API server reads for one object; core counts their steps instead. */
const MAX_EXPRESSIONS = 1_000;

/** An expression that is none admits nobody, which nobody would notice. */
const expressionsCompile: StoreRule = {
  id: 'expressions-compile',
  kinds: ['SecretStore', 'ClusterSecretStore', 'ClusterProvider', 'ClusterProviderClass'],
  *problems({ spec: { conditions } }) {
    const problem = conditionsProblem(conditions);
    if (!problem) return;
    const { field, what, nextStep } = problem;
    const [c, r] = field.match(/\d+/g) ?? [];
    const text = `failed to compile ${String(r)}th namespace regex in ${String(c)}th condition: ${what}`;
    yield { code: 'STORE_INVALID', field, text, nextStep };
  },
  // CEL has no way to ask; it fails where it uses an expression that is none, and says why.
  admission: {
    place: 'evaluation',
    variable: 'namespaceRegexesCompile',
    expression:
      `size(variables.conditions) > ${MAX_EXPRESSIONS} || ` +
      `variables.conditions.map(c, size(c.?namespaceRegexes.orValue([]))).sum() > ${MAX_EXPRESSIONS} || ` +
      "variables.conditions.all(c, c.?namespaceRegexes.orValue([]).all(r, 'x'.matches(r) in [true, false]))",
    message: 'spec.conditions: an expression of namespaceRegexes is none',
  },
};

const DURATION = "'^[+-]?(0|(([0-9]+[.]?[0-9]*|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$'";
const invalidInterval = (problem: string): string =>
  `['spec.refreshInterval: invalid refreshInterval "' + string(object.spec.refreshInterval) + '": ${problem}']`;

/** What cannot be read would leave a store that nobody looks at again. */
const refreshInterval: StoreRule = {
  id: 'refresh-interval',
  kinds: ['SecretStore', 'ClusterSecretStore', 'Provider', 'ClusterProvider'],
  *problems({ spec }) {
    const interval = readRefreshInterval(spec.refreshInterval, 0);
    if (interval.kind === 'interval') return;
    const nextStep = 'Write a number with a unit, such as "5m".';
    yield { code: 'STORE_INVALID', field: 'spec.refreshInterval', text: interval.problem, nextStep };
  },
  admission: {
    place: 'policy',
    messages:
      '!has(object.spec.refreshInterval) ? [] : type(object.spec.refreshInterval) == int ? ' +
      `(object.spec.refreshInterval < 0 ? ${invalidInterval(NEGATIVE)} : []) : ` +
      `!object.spec.refreshInterval.matches(${DURATION}) ? ${invalidInterval(NO_DURATION)} : ` +
      `object.spec.refreshInterval.matches('^-.*[1-9]') ? ${invalidInterval(NEGATIVE)} : []`,
  },
};

/**
 * All rules for stores and classes, in the order in which core tells them. The CRDs' rules and the admission policies are generated
 * from this table; core checks the same, so that neither is trusted alone.
 */
export const storeRules: readonly StoreRule[] = [expressionsCompile, refreshInterval, ...storeConfigRules];

/** Names that the expressions of these rules use. */
export const storeVariables = {
  conditions: 'object.spec.?conditions.orValue([])',
  namesForeignConfig:
    "object.spec.?providerRef.?namespace.orValue('') != '' && " +
    'object.spec.providerRef.namespace != object.metadata.namespace',
} as const;

/** Everything that a store or class breaks. */
export function storeProblems(kind: RuledKind, object: RuledObject): Iterable<StoreProblem> {
  return problemsBy(storeRules, kind, object);
}

/** Why it cannot be said which config a store means, or why it may not mean that one; undefined where there is nothing wrong. */
export function storeConfigProblem(kind: RuledKind, object: RuledObject): StoreProblem | undefined {
  const [first] = problemsBy(storeConfigRules, kind, object);
  return first;
}

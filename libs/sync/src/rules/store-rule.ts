/** What a rule for stores and classes is: one row of the table in store-rules.ts. */
import type { ClusterStoreCondition, StoreKind } from '@eso/api/resources';
import type { RuleAdmission, SpecProblem } from './spec-rule.ts';

/** Kinds whose objects have rules of the table. */
export type RuledKind = StoreKind | 'ProviderClass' | 'ClusterProviderClass';

/** A store or class, as far as rules look at it. */
export interface RuledObject {
  readonly metadata: { readonly namespace?: string };
  readonly spec: {
    readonly provider?: Readonly<Record<string, unknown>>;
    readonly providerRef?: { readonly namespace?: string };
    readonly runtimeRef?: { readonly kind?: string };
    readonly authenticationScope?: string;
    readonly refreshInterval?: number | string;
    readonly conditions?: readonly ClusterStoreCondition[];
    readonly address?: string;
  };
}

/** A place where a store or class breaks a rule. */
export interface StoreProblem extends SpecProblem {
  readonly code: 'STORE_INVALID' | 'REFERENCE_NOT_ALLOWED';
  readonly nextStep: string;
}

/** A rule that core checks whenever it looks at the object, and who else checks it before an object is stored. */
export interface StoreRule {
  /** Name of the rule: `one-config`. */
  readonly id: string;
  readonly kinds: readonly RuledKind[];
  /** Every place where the object breaks it. */
  readonly problems: (object: RuledObject) => Iterable<StoreProblem>;
  readonly admission: RuleAdmission;
}

/** The rules of one kind, in the order of a table. */
export function rulesOf(kind: RuledKind, rules: readonly StoreRule[]): readonly StoreRule[] {
  return rules.filter(({ kinds }) => kinds.includes(kind));
}

/** What an object of a kind breaks of a table, rule after rule. */
export function* problemsBy(
  rules: readonly StoreRule[],
  kind: RuledKind,
  object: RuledObject,
): Generator<StoreProblem, void> {
  for (const { problems } of rulesOf(kind, rules)) yield* problems(object);
}

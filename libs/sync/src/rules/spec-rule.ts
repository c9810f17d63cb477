/** What a rule for the spec of an ExternalSecret is: one row of the table in rules.ts. */
import type { ExternalSecretSpec } from '@eso/api/resources';

/** A place where a spec breaks a rule. */
export interface SpecProblem {
  /** Path of the field to change. */
  readonly field: string;
  /** What is wrong; upstream's text where upstream has the rule. */
  readonly text: string;
  /** What to do. Default: to correct the ExternalSecret. */
  readonly nextStep?: string;
}

/** A rule that core checks in every pass, and who else checks it before an object is stored. */
export interface SpecRule {
  /** Name of the rule: `delete-needs-owner`. */
  readonly id: string;
  /** Every place where the spec breaks it, in the order of the spec. */
  readonly problems: (spec: ExternalSecretSpec) => Iterable<SpecProblem>;
  readonly admission: RuleAdmission;
}

/** Who refuses an object that breaks a rule when it is written. */
export type RuleAdmission =
  /**
   * The schema of the CRD, by a rule in CEL. What it may cost is estimated when the CRD is installed, for the largest object that
   * a request can hold, so that nothing that walks a list stands here: upstream's lists have no bounds.
   */
  | {
      readonly place: 'crd';
      /** Path of the object in the schema that the expression is about, as `self`. */
      readonly at: 'spec' | 'spec.target' | 'spec.target.template';
      /** Is true for what is allowed. */
      readonly rule: string;
      /** Text of the one problem there can be. */
      readonly message: string;
      /** Field to blame, below `at`; without it `at` itself. */
      readonly fieldPath?: string;
    }
  /** A ValidatingAdmissionPolicy: what it may cost is counted when it runs. */
  | {
      readonly place: 'policy';
      /** CEL: the list of the texts of all problems. May use the variables of its table. */
      readonly messages: string;
    }
  /** The same, for what CEL cannot ask: evaluating the expression fails, and that refuses the object. */
  | {
      readonly place: 'evaluation';
      /** Name under which the expression stands in the refusal. */
      readonly variable: string;
      /** Is true, or fails. */
      readonly expression: string;
      readonly message: string;
    }
  /** The schema says it without a rule. */
  | { readonly place: 'schema'; readonly how: string }
  /** Nobody before core. */
  | { readonly place: 'core'; readonly why: string };

/** Above it, comparing each with each can cost a policy more than it has; core has no such bound. */
export const MAX_COMPARED = 100;

/** Names that the expressions of policies use, in an order in which each may use those before it. */
export const policyVariables = {
  dataFrom: 'object.spec.?dataFrom.orValue([])',
  keys: 'object.spec.?data.orValue([]).map(item, item.secretKey)',
  /** CEL counts nothing by itself in the oldest versions that have policies. */
  positions: `[${Array.from({ length: MAX_COMPARED }, (_, at) => at).join(',')}]`,
  templateType: "object.spec.?target.?template.?type.orValue('')",
  templateTargets: "object.spec.?target.?template.?templateFrom.orValue([]).map(entry, entry.?target.orValue(''))",
} as const;

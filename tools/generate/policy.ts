/** ValidatingAdmissionPolicies as this project writes them: named variables, one list of problems, one refusal that tells them all. */

/** What a policy is about, and what it refuses. */
export interface PolicyOptions {
  /** Name of the policy and of its binding; it stands in each refusal. */
  readonly name: string;
  readonly resource: { readonly group: string; readonly version: string; readonly plural: string };
  /** Expressions by name; each may use those before it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Expressions, each the list of the texts of its problems. */
  readonly problems: readonly string[];
  /** What is said where the problems cannot be listed. */
  readonly message: string;
  /** Expressions that refuse by failing. */
  readonly evaluations?: readonly {
    readonly variable: string;
    readonly expression: string;
    readonly message: string;
  }[];
  /** More conditions under which it is asked at all, by name. */
  readonly matchConditions?: Readonly<Record<string, string>>;
}

/** A policy and its binding. */
export function policyDocuments(options: PolicyOptions): readonly object[] {
  const { name } = options;
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  };
  return [policy(options), binding];
}

function policy(options: PolicyOptions): object {
  const { name, resource, problems, message, evaluations = [], matchConditions = {} } = options;
  const variables = [
    ...Object.entries(options.variables),
    ...evaluations.map(({ variable, expression }) => [variable, expression] as const),
    ...problems.map((expression, index) => [`problems${index}`, expression] as const),
    ...(problems.length === 0
      ? []
      : [['problems', problems.map((_, index) => `variables.problems${index}`).join(' + ')] as const]),
  ];
  const conditions = {
    // What was stored before there was a rule can still be labelled, and let go of.
    'spec-changes': "request.operation == 'CREATE' || object.spec != oldObject.spec",
    ...matchConditions,
  };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [resourceRule(resource)] },
      matchConditions: named(conditions),
      variables: named(Object.fromEntries(variables)),
      validations: [
        ...evaluations.map(({ variable, message: said }) => ({ expression: `variables.${variable}`, message: said })),
        ...(problems.length === 0
          ? []
          : [
              {
                expression: 'size(variables.problems) == 0',
                messageExpression: "variables.problems.join('; ')",
                message,
              },
            ]),
      ],
    },
  };
}

function resourceRule({ group, version, plural }: PolicyOptions['resource']): object {
  return { apiGroups: [group], apiVersions: [version], operations: ['CREATE', 'UPDATE'], resources: [plural] };
}

function named(expressions: Readonly<Record<string, string>>): { name: string; expression: string }[] {
  return Object.entries(expressions).map(([name, expression]) => ({ name, expression }));
}

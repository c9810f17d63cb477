/** What the API server checks of an ExternalSecret before it stores it: rules in the CRD, and a policy for the rest. */
import type { CrdManifest } from '@eso/api/schema';
import { policyVariables, type RuleAdmission, specRules } from '@eso/sync';
import { stringify } from 'yaml';
import type { GeneratedFiles } from './files.ts';

const SOURCE = 'libs/sync/src/rules';
/** Name of the policy and of its binding; it stands in each refusal. */
const POLICY = 'externalsecret-validate';

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  'x-kubernetes-validations'?: object[];
}

interface VersionWithSchema {
  readonly served: boolean;
  readonly schema: { readonly openAPIV3Schema: SchemaNode };
}

/**
 * Adds the rules that stand in the CRD to it.
 * @throws Error for a rule about an object that the schema does not have
 */
export function withSpecRules(crd: CrdManifest): CrdManifest {
  for (const version of crd.spec.versions as unknown as VersionWithSchema[]) {
    if (!version.served) continue;
    for (const admission of admissions('crd')) {
      const { at, rule, message, fieldPath } = admission;
      const node = nodeAt(version.schema.openAPIV3Schema, at);
      const written = { rule, message, ...(fieldPath !== undefined && { fieldPath }) };
      node['x-kubernetes-validations'] = [...(node['x-kubernetes-validations'] ?? []), written];
    }
  }
  return crd;
}

function nodeAt(schema: SchemaNode, path: string): SchemaNode {
  let node = schema;
  for (const name of path.split('.')) {
    const child = node.properties?.[name];
    if (!child) throw new Error(`a rule of ${SOURCE} is about ${path}, which the schema does not have`);
    node = child;
  }
  return node;
}

/** The admission policies of the chart of core. */
export function admissionFiles(): GeneratedFiles {
  const header =
    `# Generated from ${SOURCE} by "npm run generate". Change the rules there.\n` +
    '# What CEL in the CRD cannot say at a bounded cost. Core checks the same rules, so that a cluster without this is as safe.\n';
  const documents = [policy(), binding()].map((document) => stringify(document, { lineWidth: 120 }));
  return {
    folder: 'charts/external-secrets/files',
    source: SOURCE,
    files: new Map([['admission.yaml', header + documents.join('---\n')]]),
    shared: true,
  };
}

function policy(): object {
  const messages = admissions('policy').map((admission) => admission.messages);
  const variables = [
    ...Object.entries(policyVariables),
    ...messages.map((expression, index) => [`problems${index}`, expression] as const),
    ['problems', messages.map((_, index) => `variables.problems${index}`).join(' + ')] as const,
  ];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: POLICY },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['external-secrets.io'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['externalsecrets'],
          },
        ],
      },
      // What was stored before there was a rule can still be labelled, and let go of.
      matchConditions: [
        { name: 'spec-changes', expression: "request.operation == 'CREATE' || object.spec != oldObject.spec" },
      ],
      variables: variables.map(([name, expression]) => ({ name, expression })),
      validations: [
        {
          expression: 'size(variables.problems) == 0',
          messageExpression: "variables.problems.join('; ')",
          message:
            'the spec breaks rules for data, dataFrom or target.template; there are more problems than can be listed',
        },
      ],
    },
  };
}

function binding(): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: POLICY },
    spec: { policyName: POLICY, validationActions: ['Deny'] },
  };
}

function admissions<P extends RuleAdmission['place']>(place: P): Extract<RuleAdmission, { place: P }>[] {
  return specRules.flatMap(({ admission }) =>
    admission.place === place ? [admission as Extract<RuleAdmission, { place: P }>] : [],
  );
}

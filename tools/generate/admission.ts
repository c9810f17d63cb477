/** What the API server checks of core's kinds before it stores them: rules in the CRDs, and policies for the rest. */
import { coreResources, type CrdManifest, type CustomResource } from '@eso/api/schema';
import {
  policyVariables,
  type RuleAdmission,
  type RuledKind,
  rulesOf,
  specRules,
  storeRules,
  storeVariables,
} from '@eso/sync';
import { stringify } from 'yaml';
import type { GeneratedFiles } from './files.ts';
import { policyDocuments } from './policy.ts';

const SOURCE = 'libs/sync/src/rules';

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  'x-kubernetes-validations'?: object[];
}

interface VersionWithSchema {
  readonly served: boolean;
  readonly schema: { readonly openAPIV3Schema: SchemaNode };
}

/** Who refuses what breaks the rules of a kind of core's; empty for a kind without rules. */
export function admissionsOf(kind: string): readonly RuleAdmission[] {
  const rules = kind === 'ExternalSecret' ? specRules : rulesOf(kind as RuledKind, storeRules);
  return rules.map(({ admission }) => admission);
}

/**
 * Adds the rules that stand in the CRD to it.
 * @throws Error for a rule about an object that the schema does not have
 */
export function withSpecRules(crd: CrdManifest, kind: string): CrdManifest {
  for (const version of crd.spec.versions as unknown as VersionWithSchema[]) {
    if (!version.served) continue;
    for (const admission of admissionsOf(kind)) {
      if (admission.place !== 'crd') continue;
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
    '# What CEL in the CRDs cannot say at a bounded cost. Core checks the same rules, so that a cluster without this is as safe.\n';
  const documents = coreResources.flatMap(policiesOf).map((document) => stringify(document, { lineWidth: 120 }));
  return {
    folder: 'charts/external-secrets/files',
    source: SOURCE,
    files: new Map([['admission.yaml', header + documents.join('---\n')]]),
    shared: true,
  };
}

function policiesOf({ kind, group, plural, versions }: CustomResource): readonly object[] {
  const admissions = admissionsOf(kind);
  const problems = admissions.flatMap((admission) => (admission.place === 'policy' ? [admission.messages] : []));
  const evaluations = admissions.flatMap((admission) => (admission.place === 'evaluation' ? [admission] : []));
  if (problems.length + evaluations.length === 0) return [];
  const version = versions.find(({ tag }) => tag === 'served')?.name ?? '';
  const [variables, message] =
    kind === 'ExternalSecret'
      ? [
          policyVariables,
          'the spec breaks rules for data, dataFrom or target.template; there are more problems than can be listed',
        ]
      : [
          storeVariables,
          'the spec breaks rules for providerRef or refreshInterval; their text is longer than can be told',
        ];
  return policyDocuments({
    name: `${kind.toLowerCase()}-validate`,
    resource: { group, version, plural },
    variables: used(variables, [...problems, ...evaluations.map(({ expression }) => expression)]),
    problems,
    evaluations,
    message,
  });
}

/** Those variables that expressions name; none of a table uses another one. */
function used(variables: Readonly<Record<string, string>>, by: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => by.some((text) => text.includes(`variables.${name}`))),
  );
}

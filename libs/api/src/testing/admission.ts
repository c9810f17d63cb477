import { KubeError } from '@eso/kube';
import { ProviderError } from '../contract/provider-error.ts';
import { type ConfigSchema, inlineDecoder } from '../server/stores/inline-config.ts';
import { isSchema } from '../server/stores/inline-schema.ts';
import { withDefaults } from '../server/stores/inline-defaults.ts';

/** The part of a CustomResourceDefinition that decides about objects: what `crd()` returns, or the YAML file of a chart, parsed. */
export interface TestCrd {
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly Readonly<Record<string, unknown>>[];
  };
}

/** What the API server makes of the spec of an object before it stores it. */
export type SpecAdmission = (spec: unknown) => unknown;

/**
 * What the API server does with the specs of a CRD's kind, by `apiVersion/kind`: it drops unknown fields, fills in defaults, and
 * refuses what the schema does not take. Rules in CEL are not evaluated: they need a real API server.
 * @throws TypeError when a schema has what cannot be checked here
 */
export function admissions({ spec: { group, names, versions } }: TestCrd): Map<string, SpecAdmission> {
  const kind = String(names['kind']);
  const served = versions.filter((version) => version['served'] === true);
  return new Map(served.map((version) => [`${group}/${String(version['name'])}/${kind}`, admission(version, kind)]));
}

function admission(version: Readonly<Record<string, unknown>>, kind: string): SpecAdmission {
  const root = (version as { schema?: { openAPIV3Schema?: ConfigSchema } }).schema?.openAPIV3Schema ?? {};
  const properties = isSchema(root['properties']) ? root['properties'] : {};
  const schema = isSchema(properties['spec']) ? (withoutRules(properties['spec']) as ConfigSchema) : undefined;
  const required = Array.isArray(root['required']) && root['required'].includes('spec');
  if (!schema) return (spec) => spec;
  const decode = inlineDecoder(schema, 'spec');
  return (given) => {
    const { spec } = withDefaults({ properties: { spec: schema } }, { spec: given }) as { spec: unknown };
    if (spec === undefined) {
      if (required) throw refusal(kind, 'spec', 'spec is required');
      return undefined;
    }
    try {
      return decode(pruned(schema, spec));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      throw refusal(kind, error.field ?? 'spec', error.publicMessage);
    }
  };
}

function refusal(kind: string, field: string, problem: string): KubeError {
  return new KubeError('INVALID', `${kind} is invalid: ${problem}`, {
    status: 422,
    reason: 'Invalid',
    causes: [{ field, reason: 'FieldValueInvalid', message: problem }],
  });
}

/** Rules stand on schemas; a field of that name has a schema of its own and is no list. */
function withoutRules(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutRules);
  if (!isSchema(node)) return node;
  const entries = Object.entries(node).filter(
    ([name, value]) => name !== 'x-kubernetes-validations' || !Array.isArray(value),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, withoutRules(value)]));
}

/** Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning */
function pruned(schema: ConfigSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isSchema(items) ? value.map((item) => pruned(items, item)) : value;
  }
  if (!isSchema(value)) return value;
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const { additionalProperties } = schema;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true;
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const child = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    // Of the API server too: null where none may be is as good as absent, so that a default takes its place.
    if (isSchema(child)) return member === null && child['nullable'] !== true ? [] : [[name, pruned(child, member)]];
    return open ? [[name, member]] : [];
  });
  return Object.fromEntries(kept);
}

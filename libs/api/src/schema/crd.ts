/** Builds the CustomResourceDefinition of a kind. */
import { specSchemas } from './carried-fields.ts';
import type { CustomResource, PrintColumn, RetiredVersion, ServedVersion } from './custom-resource.ts';
import { structuralSchema } from './openapi.ts';
import type { JsonSchema } from './json-schema.ts';

/** CustomResourceDefinition of `apiextensions.k8s.io/v1`, ready to be written as YAML. */
export interface CrdManifest {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: Record<string, unknown>;
    versions: Record<string, unknown>[];
  };
}

/**
 * Builds a CRD.
 * @throws Error when a schema cannot be expressed in a CRD, or no version is served
 */
export function crd(resource: CustomResource): CrdManifest {
  const served = resource.versions.filter((version) => version.tag === 'served');
  const storage = served.find((version) => version.storage === true) ?? served[0];
  if (!storage) throw new Error(`${resource.kind} has no served version`);
  const specs = specSchemas(resource.kind, served);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${resource.plural}.${resource.group}`,
      labels: { 'external-secrets.io/component': 'controller' },
    },
    spec: {
      group: resource.group,
      scope: resource.scope,
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular: resource.singular ?? resource.kind.toLowerCase(),
        ...(resource.shortNames ? { shortNames: [...resource.shortNames] } : {}),
        categories: [...(resource.categories ?? ['external-secrets'])],
      },
      versions: resource.versions.map((version) =>
        version.tag === 'served'
          ? servedVersion(resource, version, { storage: version === storage, spec: specs.get(version.name) })
          : retiredVersion(version),
      ),
    },
  };
}

function servedVersion(
  resource: CustomResource,
  version: ServedVersion,
  { storage, spec = {} }: { readonly storage: boolean; readonly spec: JsonSchema | undefined },
): Record<string, unknown> {
  return {
    name: version.name,
    served: true,
    storage,
    ...(version.columns ? { additionalPrinterColumns: version.columns.map(printerColumn) } : {}),
    ...(version.selectableFields
      ? { selectableFields: version.selectableFields.map((jsonPath) => ({ jsonPath })) }
      : {}),
    subresources: { status: {} },
    schema: { openAPIV3Schema: rootSchema(resource, version, spec) },
  };
}

/** A version that is stored somewhere may not leave the CRD; its objects are read through the storage version. */
function retiredVersion(version: RetiredVersion): Record<string, unknown> {
  return {
    name: version.name,
    served: false,
    storage: false,
    deprecated: true,
    subresources: { status: {} },
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  };
}

const printerColumn = ({ name, type, jsonPath, priority }: PrintColumn): Record<string, unknown> => ({
  name,
  type,
  jsonPath,
  ...(priority === undefined ? {} : { priority }),
});

function rootSchema(resource: CustomResource, version: ServedVersion, spec: JsonSchema): JsonSchema {
  const specRequired = version.specRequired ?? true;
  const properties: Record<string, JsonSchema> = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: specRequired ? spec : { ...spec, default: {} },
    status: version.status ? structuralSchema(version.status) : { type: 'object' },
  };
  return {
    type: 'object',
    description: resource.description,
    properties,
    ...(specRequired ? { required: ['spec'] } : {}),
  };
}

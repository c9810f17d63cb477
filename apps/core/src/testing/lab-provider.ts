import {
  type Backend,
  defineInlineKind,
  defineKind,
  type KindBehaviour,
  type ProviderDefinition,
} from '@eso/api/server';
import type { Service } from '@eso/kube';
import { LAB_SERVICE } from '@eso/testing';

/** A config that the provider serves. */
export const REF = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'config' };
/** The address of that provider. */
export const ADDRESS = `${LAB_SERVICE.service}.${LAB_SERVICE.namespace}.svc:8080`;
/** The same Service at a port that it gets when a test says so. */
export const OTHER_ADDRESS = ADDRESS.replace(/\d+$/, '8081');
/** Labels of a provider's Service that serves its own namespace. */
export const LABELLED = { 'external-secrets.io/provider': 'true' };
/** Labels of one that serves all namespaces. */
export const SHARED = { ...LABELLED, 'external-secrets.io/provider-shared': 'true' };

/** A Service with port 8080. */
export function service(namespace: string, name: string, labels: Record<string, string>): Service {
  const spec = { ports: [{ name: 'grpc', port: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name, labels }, spec };
}

/**
 * A provider of that kind, and of configs that stand in a store under `spec.provider.lab`. What a test does not say how to answer is a
 * defect when somebody asks for it.
 */
export function labDefinition(backend: Partial<Backend>): ProviderDefinition {
  const unused = (): never => {
    throw new TypeError('nobody asks for this here');
  };
  const behaviour: KindBehaviour<unknown> = {
    features: ['get', 'map', 'findByName', 'findByTags', 'findByPath', 'metadata'],
    metricName: 'Fake',
    open: () => ({ getSecret: unused, getSecretMap: unused, getAllSecrets: unused, ...backend }),
  };
  const { apiVersion, kind } = REF;
  const schema = { type: 'object', properties: { account: { type: 'string' } } };
  return {
    name: 'test',
    kinds: [
      defineKind({ ...behaviour, apiVersion, kind, plural: 'fakes' }),
      defineInlineKind({ ...behaviour, key: 'lab', schema }),
    ],
  };
}

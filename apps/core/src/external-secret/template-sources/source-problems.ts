import type { KubeError } from '@eso/kube';
import type { Problem } from '@eso/sync';
import { MAX_SOURCES, type SourceItem, sourceKinds, type TemplateSource } from './source-refs.ts';

/** A source that is not there, or that core may not read; undefined for what may pass, which is no matter of the manifest. */
export function unreadable(error: KubeError, source: TemplateSource, namespace: string): Problem | undefined {
  const { word, type } = sourceKinds[source.kind];
  switch (error.code) {
    case 'NOT_FOUND':
      return {
        code: 'TEMPLATE_SOURCE_NOT_FOUND',
        field: source.field,
        publicMessage: `error in ${word} ${source.name}: it does not exist in namespace ${namespace}`,
        nextStep: `Create the ${type.kind} or correct the name; the target is rendered as soon as it is there.`,
      };
    case 'FORBIDDEN':
      return {
        code: 'FORBIDDEN',
        field: source.field,
        publicMessage: `core may not get ${type.plural} in namespace ${namespace}`,
        nextStep: `Grant core's ServiceAccount the verbs get, list and watch on ${type.plural} in this namespace; it is tried again.`,
      };
    default:
      return undefined;
  }
}

/** Keys of certificates are for the processes that they were made for; who may write ExternalSecrets beside them gets no copy. */
export function guarded({ kind, name, field }: TemplateSource): Problem {
  return {
    code: 'FORBIDDEN',
    field,
    publicMessage: `error in ${sourceKinds[kind].word} ${name}: it belongs to the certificate controller of External Secrets, and no template reads it`,
    nextStep: 'Name another one.',
  };
}

/** A source without a key that the template asks for. */
export function missingKey({ kind, name }: TemplateSource, { key, field }: SourceItem): Problem {
  const { word, type } = sourceKinds[kind];
  return {
    code: 'TEMPLATE_KEY_NOT_FOUND',
    field: `${field}.key`,
    publicMessage: `error in ${word} ${name}: missing key ${key}`,
    nextStep: `Add the key to the ${type.kind} or correct its name here; the target is rendered as soon as it is there.`,
  };
}

/** More objects than one template may read. */
export function tooManySources(count: number): Problem {
  return {
    code: 'SPEC_TOO_LARGE',
    field: 'spec.target.template.templateFrom',
    publicMessage: `${count} ConfigMaps and Secrets, more than ${MAX_SOURCES}`,
    nextStep: 'Put the templates into fewer ConfigMaps, or divide it among several ExternalSecrets.',
  };
}

/** More text than one template may read. */
export function tooMuchText(field: string, maxBytes: number): Problem {
  return {
    code: 'DATA_TOO_LARGE',
    field,
    publicMessage: `up to here the templates have more than ${maxBytes} bytes`,
    nextStep: 'Use shorter templates, or divide them among several ExternalSecrets.',
  };
}

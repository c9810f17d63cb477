/** Every error code that a user reads, from the tables in the code and the causes beside this file. */
import { readFileSync } from 'node:fs';
import { Code } from '@connectrpc/connect';
import { errorCodes } from '@eso/api/contract';
import type { KubeErrorCode } from '@eso/kube';
import { type Remedy, remedyFor, syncErrorCodes } from '@eso/sync';
import { parse } from 'yaml';

/** Who says it. A code that several say means something else each time, and has one page with a section for each. */
export type ErrorGroup = 'provider' | 'transport' | 'externalSecret' | 'store' | 'storeStatus' | 'kubernetes';

/** What the pages say of a code in one group. */
export interface DocumentedError {
  readonly code: string;
  readonly group: ErrorGroup;
  /** What happened: a clause. */
  readonly meaning: string;
  /** What to do: a clause. */
  readonly nextStep: string;
  /** Typical causes, most frequent first: clauses. */
  readonly causes: readonly string[];
  /** What can mend a failed ExternalSecret with this code. */
  readonly remedy: Remedy;
  /** Only between core and a provider. */
  readonly wire?: { readonly grpc: string; readonly repeated: boolean };
}

type Said = Pick<DocumentedError, 'meaning' | 'nextStep'>;

/** Codes that core makes itself about stores. */
const STORE_CODES: Readonly<Record<string, Said>> = {
  STORE_NOT_FOUND: said('the store that is named does not exist', 'create the store or correct the reference to it'),
  STORE_NOT_READY: said(
    'the store exists and cannot be used at the moment; its own condition says why',
    'look at the Ready condition of the store',
  ),
  STORE_NOT_ALLOWED: said(
    "the store's conditions do not admit the namespace",
    'use another store, or have an administrator add the namespace to spec.conditions of the store',
  ),
  STORE_REFUSED: said(
    'the store names something that it may not, or its process cannot be found',
    'correct the field of the store that is named',
  ),
};

/** Codes that core writes into the condition of a store, or of a class, itself. */
const STORE_STATUS_CODES: Readonly<Record<string, Said>> = {
  STORE_INVALID: said('a field of the store cannot be used as it is', 'correct the field that is named'),
  REFERENCE_NOT_ALLOWED: said(
    'the store refers to something that it may not use: of another namespace, or of a kind that is not for it',
    'correct the field that is named, or have an administrator create a cluster-scoped store',
  ),
  KEY_NOT_SERVED: said(
    'no class claims the key of the config in the store',
    'install the provider for it, with a ClusterProviderClass that has the key in spec.serves.stores',
  ),
  CLASS_NOT_FOUND: said('the class that the store names does not exist', 'create the class or correct the reference'),
  CLASS_NOT_READY: said(
    'the provider of the class cannot be used at the moment; the condition of the class says why',
    'look at the Ready condition of the class',
  ),
  CLASS_NOT_ALLOWED: said(
    "the class's conditions do not admit the namespace of the store",
    'use another class, or have an administrator add the namespace to spec.conditions of the class',
  ),
  CLAIM_TAKEN: said(
    'another class claims the same, and has the older or the stronger claim',
    'take the claim out of spec.serves of one of the two',
  ),
  ADDRESS_INVALID: said(
    'the address is not that of a port of a Service',
    'write <service>.<namespace>.svc:<port>, with a port that the Service has',
  ),
  SERVICE_NOT_FOUND: said('the Service of the address does not exist', 'create the Service or correct the address'),
  SERVICE_NOT_ALLOWED: said(
    'the Service of the address is no provider, or one that this namespace may not use',
    'have an administrator set the labels that are named',
  ),
  NO_ENDPOINT: said(
    'the Service of the address has no ready endpoint',
    "check that the provider's pods run and are ready",
  ),
  PROTOCOL_INCOMPATIBLE: said(
    'core and the provider have no version of the contract in common',
    'run releases of both that go together',
  ),
};

/** Codes that core makes itself about what templates read. */
const TEMPLATE_CODES: Readonly<Record<string, Said>> = {
  TEMPLATE_SOURCE_NOT_FOUND: said(
    'a ConfigMap or Secret that templateFrom names does not exist in the namespace of the ExternalSecret',
    'create it, or correct the name',
  ),
  TEMPLATE_KEY_NOT_FOUND: said(
    'a ConfigMap or Secret that templateFrom names has not the key that is asked for',
    'add the key to it, or correct the name of the key',
  ),
};

const LASTS = 'nothing: it is tried again; if it lasts, look at the API server and at what stands before it';

/** Codes of a request to the Kubernetes API: in conditions where a target could not be written, in `/readyz` and logs otherwise. */
const KUBERNETES_CODES: Readonly<Record<KubeErrorCode, Said>> = {
  NOT_FOUND: said(
    'what is asked for, or the kind of it, does not exist',
    'install the CustomResourceDefinitions of the chart',
  ),
  ALREADY_EXISTS: said('an object of this name exists already', LASTS),
  CONFLICT: said('somebody else has written the object since it was read', LASTS),
  INVALID: said('the API server does not accept the Secret', 'correct the fields that are named'),
  FORBIDDEN: said(
    'core has no rights on Secrets or ConfigMaps of the namespace, or a process lacks a right that is named',
    'give the process the rights of its chart in this namespace',
  ),
  QUOTA_EXCEEDED: said(
    'a ResourceQuota of the namespace is used up',
    "raise the namespace's ResourceQuota, or delete what is not needed; this is tried again",
  ),
  ADMISSION_DENIED: said(
    'an admission policy or webhook of the cluster does not allow the Secret',
    'change what the policy objects to, or have an administrator change the policy; this is tried again',
  ),
  NAMESPACE_TERMINATING: said('the namespace is being deleted', 'nothing: the ExternalSecret is deleted with it'),
  UNAUTHORIZED: said(
    'the API server does not accept the credentials of the process',
    'check the ServiceAccount and its token, or the credentials of the kubeconfig',
  ),
  GONE: said('the API server does not keep the version that was asked for any more', LASTS),
  TOO_MANY_REQUESTS: said('the API server wants fewer requests', LASTS),
  TIMEOUT: said('the API server gave no answer in time', LASTS),
  UNREACHABLE: said('there is no connection to the API server, or it broke', LASTS),
  SERVER_ERROR: said('the API server failed', LASTS),
  BAD_REQUEST: said(
    'the request makes no sense to the API server',
    'report this as a bug, with the log of the process',
  ),
  METHOD_NOT_ALLOWED: said('the resource does not know the verb', 'check that the address is that of an API server'),
  UNSUPPORTED_MEDIA_TYPE: said(
    'the API server does not take this kind of body',
    'check that the address is that of an API server',
  ),
  TOO_LARGE: said('the request or the answer is larger than is taken', 'fetch less'),
  PROTOCOL: said(
    'what came back is no answer of an API server',
    'look at what stands between the process and the API server',
  ),
  CONNECTION_CONFIG: said(
    'the way to the API server is not configured, or cannot be used',
    'check the mounted token, or the kubeconfig',
  ),
  ABORTED: said('the request was given up by the process itself', 'nothing: it is being stopped'),
  UNEXPECTED: said('something failed that should not', 'report this as a bug, with the log of the process'),
};

/** Every documented error, in the order of the tables. */
export function errorCatalogue(): DocumentedError[] {
  const causes = parse(readFileSync(new URL('causes.yaml', import.meta.url), 'utf8')) as Causes;
  return documented(tables(), causes);
}

/** Causes by group and code. */
export type Causes = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * Joins codes with their causes.
 * @throws Error when a code has no causes, or causes are given of a code that does not exist
 */
export function documented(errors: readonly Omit<DocumentedError, 'causes'>[], causes: Causes): DocumentedError[] {
  const known = new Set(errors.map(({ group, code }) => `${group}.${code}`));
  const named = Object.entries(causes).flatMap(([group, codes]) =>
    Object.keys(codes).map((code) => `${group}.${code}`),
  );
  const strangers = named.filter((name) => !known.has(name));
  const bare = errors.filter(({ group, code }) => !causes[group]?.[code]?.length);
  const problems = [
    ...strangers.map((name) => `${name} is no code`),
    ...bare.map(({ group, code }) => `${group}.${code} has no causes`),
  ];
  if (problems.length > 0) throw new Error(`tools/generate/errors/causes.yaml: ${problems.join('; ')}`);
  return errors.map((error) => ({ ...error, causes: causes[error.group]?.[error.code] ?? [] }));
}

function tables(): Omit<DocumentedError, 'causes'>[] {
  return [
    ...Object.entries(errorCodes).map(([code, { grpc, retryable, origin, meaning, nextStep }]) => ({
      ...entry(origin, code, { meaning, nextStep }),
      wire: { grpc: Code[grpc], repeated: retryable },
    })),
    ...Object.entries(syncErrorCodes).map(([code, said]) => entry('externalSecret', code, said)),
    ...Object.entries(TEMPLATE_CODES).map(([code, said]) => entry('externalSecret', code, said)),
    ...Object.entries(STORE_CODES).map(([code, said]) => entry('store', code, said)),
    ...Object.entries(STORE_STATUS_CODES).map(([code, said]) => entry('storeStatus', code, said)),
    ...Object.entries(KUBERNETES_CODES).map(([code, said]) => entry('kubernetes', code, said)),
  ];
}

function entry(group: ErrorGroup, code: string, { meaning, nextStep }: Said): Omit<DocumentedError, 'causes'> {
  return { code, group, meaning, nextStep, remedy: remedyFor(code) };
}

function said(meaning: string, nextStep: string): Said {
  return { meaning, nextStep };
}

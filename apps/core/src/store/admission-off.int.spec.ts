/** A cluster without the rules for stores at admission, and a provider that is never asked: core alone refuses, and harms nobody else. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterProviderClasses, clusterSecretStores, type SecretStoreStatus, secretStores } from '@eso/api/resources';
import { applyManifest, eventually, type Manifest, parseManifests, workspaceRoot } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';
import { ADDRESS, REF } from '../testing/lab-provider.ts';

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
const CRDS = 'charts/external-secrets/files/crds';
const provider = { lab: { account: 'one' } };
const runtimeRef = { kind: 'ClusterProviderClass', name: 'lab' };
const KINDS = ['SecretStore', 'ClusterSecretStore'] as const;
type Kind = (typeof KINDS)[number];

let core: CoreProcess;
let victim: string;
let validations = 0;

beforeAll(async () => {
  core = await CoreProcess.start();
  core.backend.set('user', 'first');
  core.validate = () => {
    validations++;
    return Promise.resolve({ kind: 'valid' });
  };
  await core.admin.request('DELETE', POLICIES);
  for (const file of await readdir(join(workspaceRoot, CRDS))) {
    const [crd] = parseManifests(await readFile(join(workspaceRoot, CRDS, file), 'utf8'));
    await applyManifest(core.admin, withoutRules(crd as Manifest));
  }
  await core.admin.create(clusterProviderClasses, {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'ClusterProviderClass',
    metadata: { name: 'lab' },
    spec: { address: ADDRESS, serves: { stores: ['lab'] } },
  });
  victim = await good('SecretStore');
});
afterAll(() => core.stop());

function withoutRules(manifest: Manifest): Manifest {
  const rules = ['x-kubernetes-validations', 'minProperties', 'maxProperties'];
  const dropped = (key: string, value: unknown): unknown => (rules.includes(key) ? undefined : value);
  return JSON.parse(JSON.stringify(manifest, dropped)) as Manifest;
}

const refOf = (kind: Kind, namespace: string) =>
  kind === 'SecretStore' ? { namespace, name: 'store' } : { name: `store-${namespace}` };
const typeOf = (kind: Kind) => (kind === 'SecretStore' ? secretStores : clusterSecretStores);

/** A namespace with a store and an ExternalSecret that is in sync. */
async function good(kind: Kind): Promise<string> {
  const namespace = await core.own.cluster.createNamespace('tenant');
  core.config(namespace);
  const metadata = refOf(kind, namespace);
  await core.admin.create(typeOf(kind), { apiVersion: 'external-secrets.io/v1', kind, metadata, spec: { provider } });
  await core.create(namespace, 'app', ['user'], { spec: { secretStoreRef: { kind, name: metadata.name } } });
  await core.ready(namespace, 'app');
  await core.holds(namespace, 'app', { user: 'first' });
  return namespace;
}

async function condition(kind: Kind, namespace: string): Promise<string> {
  const { status } = (await core.admin.get(typeOf(kind), refOf(kind, namespace))) as { status?: SecretStoreStatus };
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.status ?? ''} ${ready?.reason ?? ''} ${ready?.message ?? ''}`;
}

interface Bad {
  readonly rule: string;
  readonly kinds?: readonly Kind[];
  readonly spec: object;
  readonly said: string;
  readonly code?: string;
}

const bad: readonly Bad[] = [
  {
    rule: 'both configs',
    spec: { provider, providerRef: REF, runtimeRef },
    said: 'spec.providerRef: set exactly one of provider (the config itself) and providerRef (a config object)',
  },
  { rule: 'no config', spec: { provider: null }, said: 'spec.provider: set exactly one of provider' },
  {
    rule: 'two keys',
    spec: { provider: { ...provider, aws: {} } },
    said: 'spec.provider: a store must have exactly one backend specified, found 2',
  },
  {
    rule: 'no key',
    spec: { provider: { lab: null } },
    said: 'spec.provider: a store must have exactly one backend specified, found 0',
  },
  { rule: 'a class beside a config', spec: { provider, runtimeRef }, said: 'spec.runtimeRef: runtimeRef goes with' },
  {
    rule: 'no class',
    spec: { provider: null, providerRef: REF },
    said: 'spec.runtimeRef: providerRef needs runtimeRef',
  },
  {
    rule: 'the config of another namespace',
    kinds: ['SecretStore'],
    spec: { provider: null, providerRef: { ...REF, namespace: 'VICTIM' }, runtimeRef },
    said: 'spec.providerRef.namespace: namespace should either be empty or match the namespace of the SecretStore',
    code: 'REFERENCE_NOT_ALLOWED',
  },
  {
    rule: 'a class of a namespace',
    kinds: ['ClusterSecretStore'],
    spec: { provider: null, providerRef: REF, runtimeRef: { ...runtimeRef, kind: 'ProviderClass' } },
    said: 'spec.runtimeRef.kind: a ClusterSecretStore is served by a ClusterProviderClass only',
    code: 'REFERENCE_NOT_ALLOWED',
  },
  {
    rule: 'an interval that is none',
    spec: { provider, refreshInterval: '30' },
    said: 'spec.refreshInterval: invalid refreshInterval "30": not a duration',
  },
  {
    rule: 'an expression that is none',
    spec: { provider, conditions: [{ namespaceSelector: {} }, { namespaceRegexes: ['('] }] },
    said: 'spec.conditions[1].namespaceRegexes[0]: failed to compile 0th namespace regex in 1th condition: ',
  },
];
const cases = bad.flatMap((each) => (each.kinds ?? KINDS).map((kind) => [each.rule, kind, each] as const));

test.each(cases)('%s in a %s: refused by core, its Secret left alone, and mended', async (_rule, kind, each) => {
  const namespace = await good(kind);
  await core.atRest();
  const before = await core.secret(namespace, 'app');
  const asked = [core.fetches, validations];
  const type = typeOf(kind);
  const patch = (spec: object) => core.admin.patch(type, refOf(kind, namespace), { spec }, { type: 'merge' });
  const spec = JSON.parse(JSON.stringify(each.spec).replace('VICTIM', victim)) as object;
  // The API server takes a changed CRD into use a moment after it was written.
  await eventually(() => patch(spec));
  const told = `False InvalidProviderConfig unable to create client: ${each.said}`;
  await eventually(async () => expect(await condition(kind, namespace)).toContain(told));
  expect(await condition(kind, namespace)).toContain(` [${each.code ?? 'STORE_INVALID'}]. `);
  // What asks for the store anew gets nothing either.
  await core.create(namespace, 'later', ['user'], {
    spec: { secretStoreRef: { kind, name: refOf(kind, namespace).name } },
  });
  expect(await core.ready(namespace, 'later', 'False')).toContain('[STORE_NOT_READY]');
  await core.atRest();
  expect([core.fetches, validations]).toEqual(asked);
  expect(await core.secret(namespace, 'app')).toEqual(before);

  await core.deleteSecret(victim, 'app');
  await core.holds(victim, 'app', { user: 'first' });
  expect(await condition('SecretStore', victim)).toContain('True Valid');

  const clean = { providerRef: null, runtimeRef: null, refreshInterval: null, conditions: null };
  await patch({ ...clean, provider: { ...provider, aws: null } });
  await eventually(async () => expect(await condition(kind, namespace)).toContain('True Valid'));
  await core.ready(namespace, 'later');
  await core.holds(namespace, 'later', { user: 'first' });
});

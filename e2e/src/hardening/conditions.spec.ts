// What the Ready condition says of a failure, when it stops saying so, and what a failure costs the backend. Each of these keeps its
// refresh at an hour or never refreshes at all: nothing but the event in question heals anything.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExternalSecret, type ExternalSecretSpec, externalSecrets } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { eventually } from '@eso/testing';
import { forceSync, patch } from '../support/bad-input.ts';
import { fakeStore, providerManifest, System } from '../support/system.ts';

const TENANT = 'conditions';
/** Namespaces in which something refuses Secrets. */
const QUOTA = 'conditions-quota';
const POLICY = 'conditions-policy';
const QUOTING = 'conditions-quoting';
const ENDING = 'conditions-ending';
const NO_RIGHTS = 'Give core the rights';

const NAMESPACES = [TENANT, QUOTA, POLICY, QUOTING, ENDING];

let system: System;

beforeAll(async () => {
  system = await System.start({ tenants: NAMESPACES, providers: { fake: {} } });
  await Promise.all(NAMESPACES.map((namespace) => storeIn(namespace, 'store')));
}, 120_000);
afterAll(() => system.stop());

const VALUES = { user: 'admin', doc1: '{"a1":1,"a2":2}', doc2: '{"b1":1,"b2":2}', doc3: '{"c1":1,"c2":2}' };
const USER = { secretKey: 'user', remoteRef: { key: 'user' } };
/** Breaks a rule that core checks and the API server does not. */
/** Windows that core alone refuses: admission takes them. */
const windows = (schedule: string): Pick<ExternalSecretSpec, 'syncWindows'> => ({
  syncWindows: { kind: 'allow', windows: [{ schedule, duration: '1h' }] },
});
const INVALID = { data: [USER], ...windows('0 0 31 2 *') };
const VALID = { data: [USER], ...windows('* * * * *') };

async function storeIn(namespace: string, name: string): Promise<void> {
  await system.apply(fakeStore(namespace, name, VALUES));
  await system.providerReady(namespace, name, 'True', 'Valid');
}

function create(name: string, spec: Partial<ExternalSecret['spec']>, namespace = TENANT): Promise<ExternalSecret> {
  return system.admin.create(externalSecrets, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace, name },
    spec: { refreshInterval: '1h', secretStoreRef: { kind: 'Provider', name: 'store' }, ...spec },
  });
}

async function synced(name: string, spec: Partial<ExternalSecret['spec']>, namespace = TENANT): Promise<void> {
  await create(name, spec, namespace);
  await system.ready(namespace, name);
}

const change = (name: string, to: object): Promise<void> => patch(system, 'externalsecret', TENANT, name, to);

/** Points a Provider at a config that does not exist, or back at its own, and waits until that is seen. */
async function breakStore(name: string): Promise<void> {
  await patch(system, 'provider', TENANT, name, { spec: { providerRef: { name: 'absent' } } });
  await system.providerReady(TENANT, name, 'False', 'InvalidProviderConfig');
}
async function mendStore(name: string): Promise<void> {
  await patch(system, 'provider', TENANT, name, { spec: { providerRef: { name } } });
  await system.providerReady(TENANT, name, 'True', 'Valid');
}

describe('a failure that is over', () => {
  test.concurrent.each([
    ['without an interval', 'no-interval', { refreshInterval: '0' }],
    ['that is created once', 'created-once', { refreshPolicy: 'CreatedOnce' }],
  ] as const)('a spec that was broken and put right again, of one %s', async (_, name, spec) => {
    await synced(name, { ...spec, ...VALID });
    const { refreshTime } = (await system.externalSecret(TENANT, name)).status ?? {};
    await change(name, { spec: INVALID });
    await system.failed(TENANT, name, 'INVALID_SPEC');
    await change(name, { spec: VALID });
    await system.ready(TENANT, name, 10_000);
    // It was right all the time, so that there was nothing to fetch.
    expect((await system.externalSecret(TENANT, name)).status?.refreshTime).toBe(refreshTime);
  });

  test.concurrent('a sync that was asked for and withdrawn while the store was not ready', async () => {
    const name = 'withdrawn';
    await storeIn(TENANT, name);
    await synced(name, { ...VALID, secretStoreRef: { kind: 'Provider', name } });
    await breakStore(name);
    await forceSync(system, TENANT, name);
    await system.failed(TENANT, name, 'STORE_NOT_READY');
    await change(name, { metadata: { annotations: { 'external-secrets.io/force-sync': null } } });
    await mendStore(name);
    await system.ready(TENANT, name, 10_000);
  });

  test.concurrent('a Secret that was deleted while the store was not ready, and restored from a backup', async () => {
    const name = 'restored';
    await storeIn(TENANT, name);
    await synced(name, { ...VALID, secretStoreRef: { kind: 'Provider', name }, refreshInterval: '0' });
    const { metadata, ...backup } = await system.secret(TENANT, name);
    const { labels, annotations, ownerReferences } = metadata;
    await breakStore(name);
    await system.admin.delete(secrets, { namespace: TENANT, name });
    await system.failed(TENANT, name, 'STORE_NOT_READY');
    const restored = { labels: labels!, annotations: annotations!, ownerReferences: ownerReferences! };
    await system.admin.create(secrets, { ...backup, metadata: { namespace: TENANT, name, ...restored } });
    await mendStore(name);
    await system.ready(TENANT, name, 10_000);
  });
});

describe('no failure at all', () => {
  test.concurrent('what belongs to another controller class is not even called invalid', async () => {
    const config = '{ apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: store }';
    await system.apply(providerManifest(TENANT, 'foreign', 'fake', `${config}\n  controller: other`));
    // A later Provider is ready, so this one has been seen.
    await storeIn(TENANT, 'after-foreign');
    await create('foreign', { ...INVALID, secretStoreRef: { kind: 'Provider', name: 'foreign' } });
    // Created later, so that the other one has been looked at when this one has its status.
    await create('native', INVALID);
    await system.failed(TENANT, 'native', 'INVALID_SPEC');
    expect((await system.externalSecret(TENANT, 'foreign')).status).toBeUndefined();
    expect(await system.events(TENANT, 'foreign')).toEqual([]);
  });

  test.concurrent('an ExternalSecret that is applied before its Provider waits without a complaint', async () => {
    const name = 'early';
    await create(name, { ...VALID, secretStoreRef: { kind: 'Provider', name } });
    await synced('later', VALID);
    expect((await system.externalSecret(TENANT, name)).status).toBeUndefined();
    await system.apply(fakeStore(TENANT, name, VALUES));
    await system.ready(TENANT, name);
    await system.holds(TENANT, name, { user: 'admin' });
    const events = await system.events(TENANT, name);
    expect(events.filter(({ type }) => type === 'Warning')).toEqual([]);
  });
});

describe('a write that is forbidden', () => {
  /** Waits until the API server refuses an administrator's Secret, too; `text` is a part of its answer. */
  async function refused(namespace: string, text: string): Promise<void> {
    await eventually(async () => {
      const { stderr } = await system.own.cluster.kubectl(
        ...['-n', namespace, 'create', 'secret', 'generic', 'probe', '--dry-run=server'],
      );
      expect(stderr).toContain(text);
    });
  }

  async function expectCause(namespace: string, code: string, ...told: string[]): Promise<void> {
    const { message } = await system.failed(namespace, 'app', code);
    for (const text of ['spec.target: ', ...told]) expect(message).toContain(text);
    expect(message).not.toContain(NO_RIGHTS);
    await system.warned(namespace, 'app', `[${code}]`);
  }

  /** Lets no Secret be created in a namespace; `message` is the policy's `message` or `messageExpression`. */
  async function denySecrets(name: string, namespace: string, message: string): Promise<void> {
    await system.apply(`apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [secrets] }]
  validations:
    - expression: 'false'
      reason: Forbidden
      ${message}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: ${name} }
spec:
  policyName: ${name}
  validationActions: [Deny]
  matchResources: { namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${namespace} } } }
`);
  }

  test.concurrent('by a quota names the quota', async () => {
    await system.apply(`apiVersion: v1
kind: ResourceQuota
metadata: { name: few-secrets, namespace: ${QUOTA} }
spec: { hard: { secrets: '1' } }
`);
    // Nobody counts here: there is no controller-manager.
    const status = JSON.stringify({ status: { hard: { secrets: '1' }, used: { secrets: '1' } } });
    const what = ['patch', 'resourcequota', 'few-secrets', '--subresource=status', '--type=merge', '-p', status];
    await system.kubectl('-n', QUOTA, ...what);
    await refused(QUOTA, 'exceeded quota');
    await create('app', VALID, QUOTA);
    await expectCause(QUOTA, 'QUOTA_EXCEEDED', 'exceeded quota: few-secrets', 'ResourceQuota');
  });

  test.concurrent('by an admission policy names the policy and what it says', async () => {
    await denySecrets('no-secrets', POLICY, "message: 'Secrets need a label of their team'");
    await refused(POLICY, 'need a label of their team');
    await create('app', VALID, POLICY);
    await expectCause(POLICY, 'ADMISSION_DENIED', 'no-secrets', 'Secrets need a label of their team');
  });

  test.concurrent('by a policy that quotes what is in the Secret names the policy alone', async () => {
    const quoted =
      "'found: ' + (has(object.data) ? object.data.map(key, key + '=' + string(object.data[key])).join(' ') : '')";
    await denySecrets('quotes-secrets', QUOTING, `messageExpression: "${quoted}"`);
    await refused(QUOTING, 'found:');
    await create('app', VALID, QUOTING);
    await expectCause(QUOTING, 'ADMISSION_DENIED', 'ValidatingAdmissionPolicy quotes-secrets', 'is not shown');
    const { message } = await system.failed(QUOTING, 'app', 'ADMISSION_DENIED');
    const events = (await system.events(QUOTING, 'app')).map((event) => event.message);
    expect([message, ...events].join('\n')).not.toMatch(/=admin|found:/);
  });

  test.concurrent('by the end of the namespace says that there is nothing to do', async () => {
    await synced('app', VALID, ENDING);
    await system.kubectl('delete', 'namespace', ENDING, '--wait=false');
    await refused(ENDING, 'being terminated');
    await system.admin.delete(secrets, { namespace: ENDING, name: 'app' });
    await eventually(async () => {
      const { message } = await system.failed(ENDING, 'app', 'NAMESPACE_TERMINATING', 0);
      expect(message).toContain('Nothing to do');
      expect(message).not.toContain(NO_RIGHTS);
    });
  });
});

test.concurrent('a find that fails names its field once', async () => {
  await create('find-by-path', { dataFrom: [{ find: { path: 'app', name: { regexp: '.*' } } }] });
  const { message } = await system.failed(TENANT, 'find-by-path', 'UNSUPPORTED');
  expect(message).toContain(' spec.dataFrom[0].find.path: Provider "store" does not offer to find secrets by path');
  expect(message?.match(/spec\.dataFrom/g)).toHaveLength(1);
});

test.concurrent('what only the spec can mend is not read again and again', async () => {
  const names = ['doc1', 'doc2', 'doc3'];
  for (const key of names)
    await create(key, { dataFrom: [{ extract: { key }, rewrite: [{ regexp: { source: '[0-9]$', target: '' } }] }] });
  for (const name of names) await system.failed(TENANT, name, 'KEY_COLLISION');
  const before = await extracts();
  // In this time a backoff of a second, doubling, has tried again three times.
  await sleep(10_000);
  expect(await extracts()).toBe(before);
  // A change is looked at at once.
  await change('doc1', { spec: { dataFrom: [{ extract: { key: 'doc1' } }] } });
  await system.ready(TENANT, 'doc1');
  await system.holds(TENANT, 'doc1', { a1: '1', a2: '2' });
  await eventually(async () => expect(await extracts()).toBe(before + 1));
});

/** How often a provider was asked for a whole secret; in this file one test alone does that. */
async function extracts(): Promise<number> {
  const { installation } = system;
  const text = await installation.metrics(installation.providers['fake']!);
  const series = text.matchAll(/^grpc_server_requests_total\{method="[^"]*\/GetSecretMap",[^}]*\} (\d+)/gm);
  return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
}

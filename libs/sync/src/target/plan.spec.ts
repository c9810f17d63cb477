import type { ExternalSecret } from '@eso/api/resources';
import type { OwnerReference, Secret } from '@eso/kube';
import fc from 'fast-check';
import { hashOwner, hashSecretData } from '../data/hash.ts';
import { orphansOf } from './orphans.ts';
import { type ObservedTarget, planSecret, type SecretPlan } from './plan.ts';
import { secretContent } from './secret-content.ts';
import { isIntact, snapshotSecret } from './snapshot.ts';

const externalSecret: ExternalSecret = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: {
    name: 'app',
    namespace: 'team',
    uid: 'uid-1',
    labels: { team: 'red' },
    annotations: {
      note: 'hi',
      'kubectl.kubernetes.io/last-applied-configuration': '{"kind":"ExternalSecret"}',
    },
  },
  spec: {},
};
const data = new Map([
  ['user', Buffer.from('admin')],
  ['pass', Buffer.from('s3cret')],
]);
const owner: OwnerReference = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  name: 'app',
  uid: 'uid-1',
  controller: true,
  blockOwnerDeletion: true,
};

/** Without a template. */
function plan(es: ExternalSecret, fetched: ReadonlyMap<string, Uint8Array>, target: ObservedTarget): SecretPlan {
  return planSecret({ externalSecret: es, content: secretContent(es, { fetched }), target });
}

const created = planned('create', plan(externalSecret, data, { kind: 'unseen' }));

function planned(kind: 'create' | 'update', made: SecretPlan): Secret {
  if (made.kind !== kind) throw new Error(`expected ${kind}, got ${JSON.stringify(made)}`);
  return (made as { secret: Secret }).secret;
}

/** The Secret as the API server would return it after the first sync, with changes. */
function live(change: Partial<Secret> = {}, metadata: Partial<Secret['metadata']> = {}): Secret {
  const fields = (names: Record<string, string> | undefined) =>
    Object.fromEntries(Object.keys(names ?? {}).map((name) => [`f:${name}`, {}]));
  return {
    ...created,
    type: 'Opaque',
    ...change,
    metadata: {
      ...created.metadata,
      uid: 'secret-uid',
      resourceVersion: '7',
      managedFields: [
        {
          manager: 'externalsecrets.external-secrets.io/app',
          operation: 'Update',
          fieldsV1: {
            'f:metadata': {
              'f:labels': fields(created.metadata.labels),
              'f:annotations': fields(created.metadata.annotations),
            },
          },
        },
      ],
      ...metadata,
    },
  };
}

const planLive = (secret: Secret, es = externalSecret, values: ReadonlyMap<string, Uint8Array> = data): SecretPlan =>
  plan(es, values, { kind: 'live', secret });
const planCached = (secret: Secret, es = externalSecret, values: ReadonlyMap<string, Uint8Array> = data): SecretPlan =>
  plan(es, values, { kind: 'snapshot', snapshot: snapshotSecret(secret) });

test("a missing target is created: metadata copied, marked, owned, without kubectl's copy of the manifest [1.13.3] [8.56]", () => {
  expect(created).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'app',
      namespace: 'team',
      labels: {
        team: 'red',
        'reconcile.external-secrets.io/managed': 'true',
        'reconcile.external-secrets.io/created-by': hashOwner('team', 'app'),
      },
      annotations: { note: 'hi', 'reconcile.external-secrets.io/data-hash': hashSecretData(data) },
      ownerReferences: [owner],
    },
    data: { pass: 'czNjcmV0', user: 'YWRtaW4=' },
  });
});

test('spec.target.name names it [1.6.7]', () => {
  const named = { ...externalSecret, spec: { target: { name: 'other' } } };
  const secret = planned('create', plan(named, data, { kind: 'missing' }));
  expect(secret.metadata.name).toBe('other');
});

test('a target that is as it should be is left alone, from the cache and live [1.13.27]', () => {
  expect(planCached(live())).toEqual({ kind: 'none', outcome: 'synced' });
  expect(planLive(live())).toEqual({ kind: 'none', outcome: 'synced' });
});

test('labels and annotations of others are no reason to write, and stay when there is one', () => {
  const foreign = live(
    {},
    {
      labels: { ...created.metadata.labels, theirs: 'l' },
      annotations: {
        ...created.metadata.annotations,
        theirs: 'a',
        'kubectl.kubernetes.io/last-applied-configuration': '{"data":"of the Secret itself"}',
      },
    },
  );
  expect(planCached(foreign).kind).toBe('none');
  const changed = planned('update', planLive(foreign, externalSecret, new Map([['k', Buffer.from('v')]])));
  expect(changed.metadata.labels).toMatchObject({ theirs: 'l', team: 'red' });
  expect(changed.metadata.annotations).toMatchObject({
    theirs: 'a',
    note: 'hi',
    'kubectl.kubernetes.io/last-applied-configuration': '{"data":"of the Secret itself"}',
  });
});

test.each<[string, Secret]>([
  ['a value changed by hand', live({ data: { pass: 'eA==', user: 'YWRtaW4=' } })],
  ['a key added by hand', live({ data: { ...created.data, more: 'eA==' } })],
  ['no data', live({ data: {} })],
  ['a label taken away', live({}, { labels: {} })],
  ['the hash taken away', live({}, { annotations: { note: 'hi' } })],
  ['no owner', live({}, { ownerReferences: [] })],
  ['the uid of an ExternalSecret that was recreated', live({}, { ownerReferences: [{ ...owner, uid: 'old' }] })],
])('with %s it is read and written as a whole', (_name, secret) => {
  expect(planCached(secret)).toEqual({ kind: 'read' });
  const update = planned('update', planLive(secret));
  expect(update).toMatchObject({
    type: 'Opaque',
    data: created.data,
    metadata: { uid: 'secret-uid', resourceVersion: '7', ownerReferences: [owner] },
  });
  expect(update.metadata.labels).toEqual(created.metadata.labels);
  expect(update.metadata.annotations).toEqual(created.metadata.annotations);
  expect(planLive({ ...update, metadata: { ...update.metadata, resourceVersion: '8' } }).kind).toBe('none');
});

test('what an earlier version of the ExternalSecret put there goes [1.13.3]', () => {
  const renamed = { ...externalSecret, metadata: { ...externalSecret.metadata, labels: { team2: 'blue' } } };
  expect(planCached(live(), renamed)).toEqual({ kind: 'read' });
  expect(planned('update', planLive(live(), renamed)).metadata.labels).toEqual({
    team2: 'blue',
    'reconcile.external-secrets.io/managed': 'true',
    'reconcile.external-secrets.io/created-by': hashOwner('team', 'app'),
  });
});

test('other owners that control nothing stay', () => {
  const watcher = { apiVersion: 'v1', kind: 'ConfigMap', name: 'w', uid: 'w' };
  const update = planned('update', planLive(live({}, { ownerReferences: [watcher] })));
  expect(update.metadata.ownerReferences).toEqual([watcher, owner]);
});

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'd', controller: true };

test.each<[string, OwnerReference, string, string]>([
  [
    'another ExternalSecret',
    { ...owner, name: 'rival', uid: 'r' },
    'ownedByOther',
    'secret app belongs to ExternalSecret rival',
  ],
  [
    'one of an older version',
    { ...owner, name: 'rival', apiVersion: 'external-secrets.io/v1beta1' },
    'ownedByOther',
    'secret app belongs to ExternalSecret rival',
  ],
  ['a Deployment', deployment, 'ownershipRefused', 'secret app belongs to Deployment d'],
  [
    'an ExternalSecret of another group',
    { ...owner, apiVersion: 'kubernetes-client.io/v1' },
    'ownershipRefused',
    'secret app belongs to ExternalSecret app',
  ],
])(
  'a target of %s is refused before anything is written [1.13.23] [1.13.24] [8.8]',
  (_name, ownerReference, refusal, publicMessage) => {
    const foreign = live({}, { ownerReferences: [ownerReference], labels: {} });
    for (const made of [planCached(foreign), planLive(foreign), planLive(foreign, externalSecret, new Map())]) {
      expect(made).toMatchObject({ kind: 'refuse', refusal, error: { code: 'TARGET_NOT_OWNED', publicMessage } });
    }
  },
);

test('this ExternalSecret under an older version of the API is still itself [1.13.21]', () => {
  const own = live({}, { ownerReferences: [{ ...owner, apiVersion: 'external-secrets.io/v1beta1' }] });
  expect(planCached(own).kind).toBe('none');
});

test('an immutable target keeps its data; its metadata may still change', () => {
  const frozen = live({ immutable: true });
  expect(planLive(frozen).kind).toBe('none');
  expect(planLive(frozen, externalSecret, new Map([['k', Buffer.from('v')]]))).toMatchObject({
    kind: 'refuse',
    refusal: 'immutable',
    error: { code: 'TARGET_IMMUTABLE' },
  });
  expect(planLive(live({ immutable: true }, { labels: {} })).kind).toBe('update');
});

test('nothing fetched leaves the target alone, whether it is there or not [1.12.3] [8.20]', () => {
  const retained = { kind: 'none', outcome: 'retained' };
  expect(planLive(live(), externalSecret, new Map())).toEqual(retained);
  expect(plan(externalSecret, new Map(), { kind: 'missing' })).toEqual(retained);
});

test.each([
  ['SECRET_TOO_LARGE', new Map([['k', new Uint8Array(1024 * 1024 + 1)]])],
  ['KEY_INVALID', new Map([['é', new Uint8Array(1)]])],
])('%s is refused, and no target is touched', (code, values) => {
  for (const made of [
    planLive(live(), externalSecret, values),
    planCached(live(), externalSecret, values),
    plan(externalSecret, values, { kind: 'missing' }),
  ]) {
    expect(made).toMatchObject({ kind: 'refuse', refusal: 'updateFailed', error: { code } });
  }
});

test('whatever the data and the metadata are, what was written needs no second write', () => {
  const map = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string(), { maxKeys: 4 });
  const values = fc.dictionary(fc.stringMatching(/^[-._a-zA-Z0-9]{2,9}$/), fc.uint8Array(), { minKeys: 1 });
  fc.assert(
    fc.property(map, map, values, (labels, annotations, fetched) => {
      const es = { ...externalSecret, metadata: { ...externalSecret.metadata, labels, annotations } };
      const entries = new Map(Object.entries(fetched).filter(([key]) => !key.startsWith('..')));
      fc.pre(entries.size > 0);
      const update = planned('update', planLive(live(), es, entries));
      expect(planLive(update, es, entries).kind).toBe('none');
      expect(planCached(update, es, entries).kind).toBe('none');
      expect(isIntact(snapshotSecret(update))).toBe(true);
    }),
  );
});

test("a snapshot holds no value, not even inside kubectl's copy of the manifest", () => {
  const snapshot = snapshotSecret(
    live({}, { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"pass":"czNjcmV0"}}' } }),
  );
  expect(JSON.stringify(snapshot)).not.toMatch(/czNjcmV0|s3cret/);
  expect(snapshot).toMatchObject({ dataHash: hashSecretData(data), type: 'Opaque', immutable: false });
});

test('a snapshot keeps what managers of ExternalSecrets own, and no other managedFields', () => {
  const managedFields = [...(live().metadata.managedFields ?? []), { manager: 'kubectl', operation: 'Update' }];
  const { metadata } = snapshotSecret(live({}, { managedFields }));
  expect(metadata.managedFields?.map(({ manager }) => manager)).toEqual(['externalsecrets.external-secrets.io/app']);
});

test.each<[string, Secret | undefined, boolean]>([
  ['as written', live(), true],
  ['missing', undefined, false],
  ['without the label', live({}, { labels: {} }), false],
  ['with another label', live({}, { labels: { 'reconcile.external-secrets.io/managed': 'false' } }), false],
  ['with other data', live({ data: {} }), false],
  ['without the hash', live({}, { annotations: {} }), false],
])('a target %s: intact is %s', (_name, secret, expected) => {
  expect(isIntact(secret && snapshotSecret(secret))).toBe(expected);
});

test('earlier targets are those that carry our label and our controller reference under another name [1.9.8] [1.9.9]', () => {
  const named = (name: string, metadata: Partial<Secret['metadata']> = {}): Secret => live({}, { name, ...metadata });
  const candidates = [
    named('app'),
    named('old'),
    named('copy', { ownerReferences: [] }),
    named('theirs', { ownerReferences: [{ ...owner, name: 'rival' }] }),
    named('unmarked', { labels: {} }),
    named('going', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  ];
  expect(orphansOf(externalSecret, candidates).map(({ metadata }) => metadata.name)).toEqual(['old']);
  const renamed = { ...externalSecret, spec: { target: { name: 'old' } } };
  expect(orphansOf(renamed, candidates).map(({ metadata }) => metadata.name)).toEqual(['app']);
});

describe('a Secret that others rely on for what it is', () => {
  const NAME = 'kubernetes.io/service-account.name';
  const UID = 'kubernetes.io/service-account.uid';
  const token = live(
    { type: 'kubernetes.io/service-account-token' },
    { annotations: { [NAME]: 'app', [UID]: 'uid-sa' }, labels: {}, ownerReferences: [], managedFields: [] },
  );
  const asking = (target: ExternalSecret['spec']['target'], annotations: Record<string, string>): ExternalSecret => ({
    ...externalSecret,
    metadata: { ...externalSecret.metadata, annotations },
    spec: target ? { target } : {},
  });

  test.each([NAME, UID])('the token of a ServiceAccount does not become one of another by %s', (annotation) => {
    for (const creationPolicy of ['Owner', 'Merge', 'CreateOrMerge', 'Orphan'] as const)
      expect(
        plan(asking({ creationPolicy }, { [annotation]: 'admin' }), data, { kind: 'live', secret: token }),
      ).toMatchObject({
        kind: 'refuse',
        refusal: 'updateFailed',
        error: { code: 'TARGET_NOT_OWNED', publicMessage: expect.stringContaining(annotation) as string },
      });
  });

  test('nor where the annotation was written by this ExternalSecret and goes', () => {
    const fieldsV1 = { 'f:metadata': { 'f:annotations': { [`f:${NAME}`]: {} } } };
    const managedFields = [{ manager: 'externalsecrets.external-secrets.io/app', operation: 'Update', fieldsV1 }];
    const secret = { ...token, metadata: { ...token.metadata, managedFields } };
    expect(plan(asking({}, {}), data, { kind: 'live', secret }).kind).toBe('refuse');
  });

  test('keys are merged into the token of a ServiceAccount, which stays whose it is', () => {
    const es = asking({ creationPolicy: 'Merge' }, { note: 'hi', [NAME]: 'app' });
    const { metadata } = planned('update', plan(es, data, { kind: 'live', secret: token }));
    expect(metadata.annotations).toMatchObject({ [NAME]: 'app', [UID]: 'uid-sa', note: 'hi' });
  });

  test('what the certificate controller made is not written, and not made immutable', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' };
    const secret = live({}, { labels, ownerReferences: [], annotations: {} });
    for (const target of [{}, { creationPolicy: 'Merge' }, { immutable: true }] as const)
      expect(plan(asking(target, {}), data, { kind: 'live', secret })).toMatchObject({
        kind: 'refuse',
        error: { code: 'TARGET_NOT_OWNED' },
      });
  });
});

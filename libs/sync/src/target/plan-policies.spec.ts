import type { CreationPolicy, DeletionPolicy, ExternalSecret, ExternalSecretTarget } from '@eso/api/resources';
import type { Secret } from '@eso/kube';
import fc from 'fast-check';
import { hashSecretData } from '../data/hash.ts';
import { decodeSecretData, encodeSecretData } from '../data/secret-data.ts';
import type { RenderedSecret, ShapedContent } from '../shape/shape-request.ts';
import { planSecret, type SecretPlan } from './plan.ts';
import { creationRules } from './policies.ts';
import { secretContent } from './secret-content.ts';
import { isIntact, snapshotSecret } from './snapshot.ts';

const values = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)]));
const text = (secret: Secret) =>
  Object.fromEntries([...decodeSecretData(secret.data)].map(([key, value]) => [key, Buffer.from(value).toString()]));
const es = (target: ExternalSecretTarget, name = 'app'): ExternalSecret => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name, namespace: 'team', uid: `uid-${name}`, labels: { from: name } },
  spec: { target: { name: 'shared', ...target } },
});
const rendered = (part: Partial<RenderedSecret> = {}): RenderedSecret => ({
  kind: 'secret',
  data: new Map(),
  labels: {},
  annotations: {},
  ...part,
});
const MANAGER = 'externalsecrets.external-secrets.io/';
const REF = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', controller: true };
const ownedBy = (name: string) => ({ ...REF, name, uid: `uid-${name}` });

/** A Secret at the API server: whose keys are whose. */
function secretOf(keys: Record<string, Record<string, string>>, metadata: Partial<Secret['metadata']> = {}): Secret {
  const all = values(Object.assign({}, ...Object.values(keys)) as Record<string, string>);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: 'shared',
      namespace: 'team',
      uid: 'secret-uid',
      resourceVersion: '3',
      labels: { 'reconcile.external-secrets.io/managed': 'true' },
      annotations: { 'reconcile.external-secrets.io/data-hash': hashSecretData(all) },
      managedFields: Object.entries(keys).map(([manager, own]) => ({
        manager,
        operation: 'Update',
        fieldsV1: { 'f:data': Object.fromEntries(Object.keys(own).map((key) => [`f:${key}`, {}])) },
      })),
      ...metadata,
    },
    data: encodeSecretData(all),
  };
}

const planLive = (object: ExternalSecret, content: ShapedContent, secret: Secret) =>
  planSecret({ externalSecret: object, content: secretContent(object, content), target: { kind: 'live', secret } });
const planCached = (object: ExternalSecret, content: ShapedContent, secret: Secret) =>
  planSecret({
    externalSecret: object,
    content: secretContent(object, content),
    target: { kind: 'snapshot', snapshot: snapshotSecret(secret) },
  });
const planNone = (object: ExternalSecret, content: ShapedContent, kind: 'unseen' | 'missing') =>
  planSecret({ externalSecret: object, content: secretContent(object, content), target: { kind } });
function updated(plan: SecretPlan) {
  if (plan.kind !== 'update') throw new Error(`expected an update, got ${JSON.stringify(plan)}`);
  return plan;
}

const fetched = { fetched: values({ k: 'v' }) };

test.each<[CreationPolicy, string, string]>([
  ['Owner', 'create', 'create'],
  ['Orphan', 'create', 'create'],
  ['CreateOrMerge', 'create', 'create'],
  ['Merge', 'read', 'missing'],
  ['None', 'synced', 'synced'],
])(
  'policy %s where there is no target: %s, and once that is sure %s [1.9.1] [1.9.3] [1.9.4] [1.9.5] [1.9.7]',
  (creationPolicy, unseen, missing) => {
    const said = (plan: SecretPlan) => (plan.kind === 'none' ? plan.outcome : plan.kind);
    expect(said(planNone(es({ creationPolicy }), fetched, 'unseen'))).toBe(unseen);
    expect(said(planNone(es({ creationPolicy }), fetched, 'missing'))).toBe(missing);
  },
);

test.each<[CreationPolicy, boolean]>([
  ['Owner', true],
  ['Orphan', false],
  ['CreateOrMerge', false],
])(
  'a target that policy %s makes has an owner and says who made it: %s [1.9.1] [1.9.3] [1.9.4] [1.13.19]',
  (creationPolicy, owns) => {
    const plan = planNone(es({ creationPolicy }), fetched, 'unseen');
    if (plan.kind !== 'create') throw new Error('expected a create');
    const { ownerReferences, labels = {} } = plan.secret.metadata;
    expect(ownerReferences !== undefined).toBe(owns);
    expect('reconcile.external-secrets.io/created-by' in labels).toBe(owns);
    expect(labels).toMatchObject({ 'reconcile.external-secrets.io/managed': 'true', from: 'app' });
  },
);

test.each<[CreationPolicy, Record<string, string>]>([
  ['Owner', { k: 'v' }],
  ['Orphan', { k: 'v' }],
  ['CreateOrMerge', { k: 'v', theirs: 't' }],
  ['Merge', { k: 'v', theirs: 't' }],
])(
  "policy %s on a target with somebody's keys and an old one of its own: %j [1.9.1] [1.9.3] [1.9.4] [1.9.6] [1.13.1] [1.13.6]",
  (creationPolicy, data) => {
    const secret = secretOf({ [`${MANAGER}app`]: { old: 'o' }, kubectl: { theirs: 't' } });
    const { secret: after } = updated(planLive(es({ creationPolicy }), fetched, secret));
    expect(text(after)).toEqual(data);
    expect(after.metadata.annotations).toEqual({
      'reconcile.external-secrets.io/data-hash': hashSecretData(values(data)),
    });
    expect(isIntact(snapshotSecret(after))).toBe(true);
  },
);

test.each<CreationPolicy>(['Orphan', 'CreateOrMerge', 'Merge'])(
  'policy %s gives up what Owner had taken [1.13.20] [1.13.22] [1.9.3] [1.9.4] [1.9.6]',
  (policy) => {
    const mark = {
      'reconcile.external-secrets.io/created-by': 'hash',
      'reconcile.external-secrets.io/managed': 'true',
    };
    const before = secretOf({ [`${MANAGER}app`]: { k: 'v' } }, { ownerReferences: [ownedBy('app')], labels: mark });
    expect(planCached(es({ creationPolicy: policy }), fetched, before)).toEqual({ kind: 'read' });
    const { metadata } = updated(planLive(es({ creationPolicy: policy }), fetched, before)).secret;
    expect(metadata.ownerReferences).toEqual([]);
    expect(metadata.labels).toEqual({ 'reconcile.external-secrets.io/managed': 'true', from: 'app' });
  },
);

test.each<CreationPolicy>(['Owner', 'Orphan', 'CreateOrMerge', 'Merge'])(
  'policy %s takes nothing from another ExternalSecret [1.13.23]',
  (creationPolicy) => {
    const theirs = secretOf({ x: { k: 'v' } }, { ownerReferences: [ownedBy('rival')] });
    for (const plan of [planLive, planCached])
      expect(plan(es({ creationPolicy }), fetched, theirs)).toMatchObject({ kind: 'refuse', refusal: 'ownedByOther' });
  },
);

test.each<[CreationPolicy, string]>([
  ['Owner', 'refuse'],
  ['Orphan', 'update'],
  ['CreateOrMerge', 'update'],
  ['Merge', 'update'],
])('a Secret of another controller under policy %s: %s [1.13.24] [1.13.25]', (creationPolicy, kind) => {
  const certificate = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', name: 'c', uid: 'c', controller: true };
  const plan = planLive(
    es({ creationPolicy }),
    fetched,
    secretOf({ x: { y: 'z' } }, { ownerReferences: [certificate] }),
  );
  expect(plan.kind).toBe(kind);
  if (plan.kind === 'update') expect(plan.secret.metadata.ownerReferences).toEqual([certificate]);
});

test('two that merge into one Secret keep both sets of keys, and come to rest [8.9]', () => {
  const one = es({ creationPolicy: 'Merge' }, 'one');
  const two = es({ creationPolicy: 'Merge' }, 'two');
  const content = { one: { fetched: values({ a: '1' }) }, two: { fetched: values({ b: '2' }) } };
  const labels = (name: string) => ({ 'f:metadata': { 'f:labels': { 'f:from': {} }, 'f:annotations': {} }, name });
  let secret = secretOf({ kubectl: { hand: 'made' } });
  const keysOf: Record<string, Record<string, string>> = { kubectl: { hand: 'made' } };
  const write = (object: ExternalSecret, made: ShapedContent, keys: Record<string, string>) => {
    const { secret: after } = updated(planLive(object, made, secret));
    keysOf[`${MANAGER}${object.metadata.name}`] = keys;
    const whose = secretOf(keysOf).metadata.managedFields ?? [];
    // The label that both want stays whose it was first.
    const managedFields = whose.map((entry) =>
      entry.manager === `${MANAGER}one` ? { ...entry, fieldsV1: { ...entry.fieldsV1, ...labels('one') } } : entry,
    );
    secret = { ...after, metadata: { ...after.metadata, managedFields } };
  };
  write(one, content.one, { a: '1' });
  write({ ...two, metadata: { ...two.metadata, labels: { from: 'one' } } }, content.two, { b: '2' });
  expect(text(secret)).toEqual({ a: '1', b: '2', hand: 'made' });
  // Neither a refresh nor a look at the cache is a reason to write or to read.
  expect(planCached(one, content.one, secret)).toEqual({ kind: 'none', outcome: 'synced' });
  const same = { ...two, metadata: { ...two.metadata, labels: { from: 'one' } } };
  expect(planCached(same, content.two, secret)).toEqual({ kind: 'none', outcome: 'synced' });
  expect(isIntact(snapshotSecret(secret))).toBe(true);
  // One of them changes: the other one's keys stay.
  const { secret: changed } = updated(planLive(one, { fetched: values({ c: '3' }) }, secret));
  expect(text(changed)).toEqual({ b: '2', c: '3', hand: 'made' });
});

describe('taking over what somebody made by hand', () => {
  const handMade = secretOf({ kubectl: { pw: 'p', user: 'u', k: 'old' } }, { labels: {}, annotations: {} });

  test('under Owner and Orphan it names the keys that are lost', () => {
    for (const creationPolicy of ['Owner', 'Orphan'] as const)
      expect(updated(planLive(es({ creationPolicy }), fetched, handMade)).lostKeys).toEqual(['pw', 'user']);
  });

  test('keys of ours are not named where somebody took the label away: they may come from inside of a secret', () => {
    const unlabelled = secretOf({ kubectl: { pw: 'p' }, [`${MANAGER}other`]: { Priv4te: 'x' } }, { labels: {} });
    expect(updated(planLive(es({}), fetched, unlabelled)).lostKeys).toEqual(['pw']);
  });

  test('a merge loses none, and our own Secret loses none that are worth a word', () => {
    expect(updated(planLive(es({ creationPolicy: 'Merge' }), fetched, handMade)).lostKeys).toEqual([]);
    expect(updated(planLive(es({}), fetched, secretOf({ x: { old: 'o' } }))).lostKeys).toEqual([]);
  });
});

describe('the mark of certificates', () => {
  const labels = { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' };
  const error = { code: 'TARGET_NOT_OWNED', field: 'spec.target.template.metadata.labels' };
  const refused = { kind: 'refuse', refusal: 'updateFailed', error };
  const ofTemplate = es({ template: { engineVersion: 'v2', mergePolicy: 'Replace' } });
  const plain = es({});
  const ofObject = { ...plain, metadata: { ...plain.metadata, labels } };

  test.each([
    ['what a template makes', ofTemplate, { ...fetched, rendered: rendered({ labels }) }],
    ['labels of the ExternalSecret', ofObject, fetched],
  ])('is not made by %s', (_what, externalSecret, shaped) => {
    const content = secretContent(externalSecret, shaped);
    expect(planSecret({ externalSecret, content, target: { kind: 'missing' } })).toMatchObject(refused);
    expect(planLive(externalSecret, shaped, secretOf({ kubectl: { k: 'v' } }))).toMatchObject(refused);
  });

  test('is not what others call themselves', () => {
    const metadata = { ...plain.metadata, labels: { 'app.kubernetes.io/managed-by': 'Helm' } };
    expect(planLive({ ...plain, metadata }, fetched, secretOf({ kubectl: { k: 'v' } }))).toMatchObject({
      kind: 'update',
    });
  });
});

describe('what Helm knows of a release', () => {
  const refused = {
    kind: 'refuse',
    refusal: 'updateFailed',
    error: { code: 'TARGET_NOT_OWNED', field: 'spec.target' },
  };
  const release = { fetched: values({ release: 'x' }) };
  const plain = secretOf({ kubectl: { k: 'v' } });

  test.each<CreationPolicy>(['Owner', 'Orphan', 'Merge', 'CreateOrMerge'])(
    'is not written under %s',
    (creationPolicy) => {
      const name = 'sh.helm.release.v1.app.v1';
      expect(planLive(es({ creationPolicy, name }), fetched, plain)).toMatchObject(refused);
      expect(planLive(es({ creationPolicy }), fetched, { ...plain, type: 'helm.sh/release.v1' })).toMatchObject(
        refused,
      );
      const labelled = es({ creationPolicy });
      const metadata = { ...labelled.metadata, labels: { owner: 'helm' } };
      expect(planLive({ ...labelled, metadata }, release, plain)).toMatchObject(refused);
      expect(planCached({ ...labelled, metadata }, release, plain)).toMatchObject(refused);
    },
  );

  test('is not made by two, of which one writes the label and the other one the key', () => {
    const there = { labels: { owner: 'helm' } };
    const object = es({ creationPolicy: 'Merge' });
    const labelled = { ...object, metadata: { ...object.metadata, ...there } };
    expect(planLive(labelled, fetched, secretOf({ other: { release: 'x' } }))).toMatchObject(refused);
    expect(planLive(object, release, secretOf({ other: { k: 'v' } }, there))).toMatchObject(refused);
  });

  test('is not made', () => {
    const object = es({ template: { engineVersion: 'v2', mergePolicy: 'Replace', type: 'helm.sh/release.v1' } });
    const input = {
      externalSecret: object,
      content: secretContent(object, fetched),
      target: { kind: 'missing' } as const,
    };
    expect(planSecret(input)).toMatchObject(refused);
  });

  test('is not what has the label or the key alone', () => {
    const labelled = es({});
    const metadata = { ...labelled.metadata, labels: { owner: 'helm' } };
    expect(planLive({ ...labelled, metadata }, fetched, plain)).toMatchObject({ kind: 'update' });
    expect(planLive(es({}), release, plain)).toMatchObject({ kind: 'update' });
  });
});

describe('nothing fetched', () => {
  const nothing = { fetched: values({}) };
  const mine = secretOf({ [`${MANAGER}app`]: { k: 'v' } }, { ownerReferences: [ownedBy('app')] });

  test.each<[DeletionPolicy, CreationPolicy, object]>([
    ['Retain', 'Owner', { kind: 'none', outcome: 'retained' }],
    ['Retain', 'Merge', { kind: 'none', outcome: 'retained' }],
    ['Delete', 'Owner', { kind: 'delete', uid: 'secret-uid' }],
    ['Merge', 'Owner', { kind: 'update' }],
    ['Merge', 'Merge', { kind: 'update' }],
    ['Delete', 'None', { kind: 'none', outcome: 'synced' }],
  ])(
    'deletionPolicy %s, creationPolicy %s: %j [1.12.3] [1.12.6] [1.12.8]',
    (deletionPolicy, creationPolicy, expected) => {
      expect(planLive(es({ deletionPolicy, creationPolicy }), nothing, mine)).toMatchObject(expected);
    },
  );

  test('Delete removes no Secret that it does not control, and none under Orphan [1.12.5] [8.18]', () => {
    const refusals = [
      planLive(es({ deletionPolicy: 'Delete' }), nothing, secretOf({ kubectl: { hand: 'made' } })),
      planLive(es({ deletionPolicy: 'Delete', creationPolicy: 'Orphan' }), nothing, mine),
    ];
    expect(refusals).toEqual([
      expect.objectContaining({ kind: 'refuse', refusal: 'deleteFailed' }),
      expect.objectContaining({ kind: 'refuse', refusal: 'deleteFailed' }),
    ]);
    expect(refusals[1]).toMatchObject({
      error: { publicMessage: 'unable to delete secret shared: creationPolicy=Orphan is not Owner' },
    });
  });

  test('Delete of what is not there makes sure, and is content [1.12.6]', () => {
    expect(planNone(es({ deletionPolicy: 'Delete' }), nothing, 'unseen')).toEqual({ kind: 'read' });
    expect(planNone(es({ deletionPolicy: 'Delete' }), nothing, 'missing')).toEqual({
      kind: 'none',
      outcome: 'deleted',
    });
  });

  test('Merge takes its own keys away and leaves the Secret [1.12.8]', () => {
    const shared = secretOf({ [`${MANAGER}app`]: { k: 'v' }, kubectl: { theirs: 't' } });
    const plan = planLive(es({ deletionPolicy: 'Merge', creationPolicy: 'Merge' }), nothing, shared);
    expect(text(updated(plan).secret)).toEqual({ theirs: 't' });
    expect(planNone(es({ deletionPolicy: 'Merge' }), nothing, 'unseen').kind).toBe('create');
  });
});

describe('immutable', () => {
  const other = secretOf({ [`${MANAGER}app`]: { k: 'before' } }, { ownerReferences: [ownedBy('app')] });

  test('a new target is made so [1.13.30]', () => {
    expect(planNone(es({ immutable: true }), fetched, 'unseen')).toMatchObject({ secret: { immutable: true } });
  });

  test('a mutable one is frozen as it is: no data, type, label or annotation of the sync [1.13.31] [8.16]', () => {
    const target = { immutable: true, template: { type: 'x/y', metadata: { labels: { l: 'm' } } } };
    const plan = updated(planLive(es(target), { ...fetched, rendered: rendered({ labels: { l: 'm' } }) }, other));
    expect(plan.secret).toMatchObject({ immutable: true, type: 'Opaque', data: other.data });
    expect(plan.secret.metadata.labels).not.toHaveProperty('l');
    expect(plan.secret.metadata.annotations).toEqual(other.metadata.annotations);
  });

  test('a frozen one stays as it is, whatever is fetched, once its marks are right [1.13.32]', () => {
    const { secret } = updated(planLive(es({ immutable: true }), fetched, other));
    for (const plan of [planLive, planCached])
      expect(plan(es({ immutable: true }), fetched, secret)).toEqual({ kind: 'none', outcome: 'synced' });
  });

  test('an immutable one that was not meant to be is refused when its data would change [1.13.33] [8.17]', () => {
    expect(planLive(es({}), fetched, { ...other, immutable: true })).toMatchObject({
      kind: 'refuse',
      refusal: 'immutable',
    });
  });
});

describe('with a template', () => {
  const template = { type: 'kubernetes.io/tls', metadata: { finalizers: ['example.org/keep'] } };
  const content = {
    ...fetched,
    rendered: rendered({ data: values({ 'tls.crt': 'c' }), labels: { made: 'so' }, annotations: { why: 'that' } }),
  };

  test('the target is what was rendered, of its type, and nothing of the ExternalSecret is copied [1.13.4] [1.13.8] [8.14]', () => {
    const plan = planNone(es({ template }), content, 'unseen');
    expect(plan).toMatchObject({
      kind: 'create',
      secret: {
        type: 'kubernetes.io/tls',
        metadata: { finalizers: ['example.org/keep'], labels: { made: 'so' }, annotations: { why: 'that' } },
        data: encodeSecretData(values({ 'tls.crt': 'c' })),
      },
    });
    expect((plan as { secret: Secret }).secret.metadata.labels).not.toHaveProperty('from');
  });

  test('a type that cannot be changed is refused by name, and the Secret stays as it is', () => {
    expect(planLive(es({ template }), content, secretOf({ x: { k: 'v' } }))).toMatchObject({
      kind: 'refuse',
      error: { code: 'TARGET_IMMUTABLE', field: 'spec.target.template.type' },
    });
  });

  test('finalizers are added where they are missing, never taken away, and not to a Secret that goes [1.13.5]', () => {
    const keep = { metadata: { finalizers: ['example.org/keep'] } };
    const theirs = secretOf({ x: { k: 'v' } }, { finalizers: ['example.org/theirs'] });
    expect(planCached(es({ template: keep }), content, theirs)).toEqual({ kind: 'read' });
    const { secret } = updated(planLive(es({ template: keep }), content, theirs));
    expect(secret.metadata.finalizers).toEqual(['example.org/theirs', 'example.org/keep']);
    expect(planCached(es({ template: keep }), content, secret)).toEqual({ kind: 'none', outcome: 'synced' });
    const going = { ...theirs, metadata: { ...theirs.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(updated(planLive(es({ template: keep }), content, going)).secret.metadata.finalizers).toEqual([
      'example.org/theirs',
    ]);
  });
});

test('whatever the policy and the Secret are, what was written is intact and needs no second write', () => {
  const map = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.string());
  const policy = fc.constantFrom(...(Object.keys(creationRules) as CreationPolicy[]).filter((name) => name !== 'None'));
  fc.assert(
    fc.property(policy, map, map, map, fc.boolean(), (creationPolicy, mine, theirs, wanted, immutable) => {
      fc.pre(Object.keys(wanted).length > 0);
      const object = es({ creationPolicy, immutable });
      const before = secretOf({ kubectl: theirs, [`${MANAGER}app`]: mine });
      const plan = planLive(object, { fetched: values(wanted) }, before);
      const after = plan.kind === 'update' ? plan.secret : before;
      const all = text(after);
      // As the API server records it: what this manager changed is its own now.
      const own = Object.fromEntries(Object.entries(all).filter(([key]) => key in wanted));
      const others = Object.fromEntries(Object.entries(all).filter(([key]) => !(key in wanted)));
      const { managedFields } = secretOf({ kubectl: others, [`${MANAGER}app`]: own }).metadata;
      const written = { ...after, metadata: { ...after.metadata, ...(managedFields && { managedFields }) } };
      expect(planLive(object, { fetched: values(wanted) }, written).kind).toBe('none');
      expect(planCached(object, { fetched: values(wanted) }, written).kind).toBe('none');
      expect(isIntact(snapshotSecret(written))).toBe(true);
    }),
  );
});

import type { ExternalSecret } from '@eso/api/resources';
import type { KubeObject, ManagedFieldsEntry } from '@eso/kube';
import { hashValue } from '../../data/hash.ts';
import { manifestContent, type ManifestContent } from './content.ts';
import { type ManifestPlan, planManifest } from './plan.ts';
import { type ManifestSnapshot, snapshotManifest } from './snapshot.ts';

type Target = NonNullable<ExternalSecret['spec']['target']>;
const MANAGER = 'externalsecrets.external-secrets.io/app';

const es = (target: Target = {}, name = 'app'): ExternalSecret => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name, namespace: 'team', uid: `uid-${name}`, labels: { team: 'a' } },
  spec: { target: { name: 'config', manifest: { apiVersion: 'v1', kind: 'ConfigMap' }, ...target } },
});
const fetched = (data: Record<string, string>) => ({
  fetched: new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)])),
});
const contentOf = (externalSecret: ExternalSecret, data: Record<string, string> = { user: 'admin' }): ManifestContent =>
  manifestContent(externalSecret, fetched(data));

/** What the API server makes of an apply: the fields, what it keeps otherwise, and who wrote them. */
function applied(
  plan: ManifestPlan,
  {
    manager = MANAGER,
    before,
    keep = (value: string) => value,
  }: {
    manager?: string;
    before?: KubeObject;
    keep?: (value: string) => string;
  } = {},
): KubeObject {
  if (plan.kind !== 'apply') throw new Error(`the plan is ${JSON.stringify(plan)}`);
  const { metadata, ...content } = plan.fields as KubeObject & { data?: Record<string, string> };
  const tree = (map: object | undefined) => Object.fromEntries(Object.keys(map ?? {}).map((key) => [`f:${key}`, {}]));
  const entry: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    fieldsV1: {
      'f:metadata': { 'f:labels': tree(metadata.labels), 'f:annotations': tree(metadata.annotations) },
      'f:data': tree(content.data),
    },
  };
  const data = Object.fromEntries(Object.entries(content.data ?? {}).map(([key, value]) => [key, keep(value)]));
  const held = before as (KubeObject & { data?: object }) | undefined;
  return {
    ...content,
    data: { ...held?.data, ...data },
    metadata: {
      ...held?.metadata,
      ...metadata,
      labels: { ...held?.metadata.labels, ...metadata.labels },
      annotations: { ...held?.metadata.annotations, ...metadata.annotations },
      ownerReferences: metadata.ownerReferences ?? held?.metadata.ownerReferences ?? [],
      uid: 'uid-config',
      managedFields: [...(held?.metadata.managedFields ?? []).filter((other) => other.manager !== manager), entry],
    },
  } as KubeObject;
}

const plan = (target: ManifestSnapshot | 'missing' | 'unseen', externalSecret = es(), data?: Record<string, string>) =>
  planManifest({
    externalSecret,
    content: contentOf(externalSecret, data),
    target: typeof target === 'string' ? { kind: target } : { kind: 'known', snapshot: target },
  });
const made = (externalSecret = es(), data?: Record<string, string>): KubeObject =>
  applied(plan('missing', externalSecret, data));

describe('what is not there', () => {
  test('is made under its name, in the namespace of the ExternalSecret, with all marks [1.13b.2] [1.13b.9] [1.13b.10]', () => {
    const result = plan('missing');
    expect(result).toMatchObject({ kind: 'apply', creates: true, takesOver: false });
    expect(result.kind === 'apply' && result.fields).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'config',
        namespace: 'team',
        labels: {
          team: 'a',
          'reconcile.external-secrets.io/managed': 'true',
          'reconcile.external-secrets.io/created-by': hashValue('team/app'),
        },
        annotations: { 'reconcile.external-secrets.io/data-hash': hashValue({ user: 'admin' }) },
        ownerReferences: [
          expect.objectContaining({ kind: 'ExternalSecret', name: 'app', uid: 'uid-app', controller: true }),
        ],
      },
      data: { user: 'admin' },
    });
  });

  test.each([
    ['Owner', 'apply'],
    ['Orphan', 'apply'],
    ['CreateOrMerge', 'apply'],
    ['Merge', 'none'],
    ['None', 'none'],
  ] as const)('under %s leads to %s [1.13b.11] [1.13b.15]', (creationPolicy, kind) => {
    expect(plan('missing', es({ creationPolicy })).kind).toBe(kind);
  });

  test('under Merge it is waited for', () => {
    expect(plan('missing', es({ creationPolicy: 'Merge' }))).toEqual({ kind: 'none', outcome: 'missing' });
  });

  test('is read first where the cache alone says so: it shows only what carries our label', () => {
    expect(plan('unseen')).toEqual({ kind: 'read' });
  });
});

describe('what is there', () => {
  test('and as it should be is not written [1.13b.13]', () => {
    expect(plan(snapshotManifest(made()))).toEqual({ kind: 'none', outcome: 'synced' });
  });

  test('is written where a value changed, and only that one of that name [1.13b.12]', () => {
    const result = plan(snapshotManifest(made()), es(), { user: 'root' });
    expect(result).toMatchObject({ kind: 'apply', creates: false, fields: { metadata: { uid: 'uid-config' } } });
  });

  test.each([
    ['a key that is gone', es(), { other: 'x' }],
    ['a label that is gone', { ...es(), metadata: { ...es().metadata, labels: {} } }, undefined],
    ['a recreated ExternalSecret', { ...es(), metadata: { ...es().metadata, uid: 'new' } }, undefined],
    ['no owner any more', es({ creationPolicy: 'Orphan' }), undefined],
  ])('is written for %s', (_, externalSecret, data) => {
    expect(plan(snapshotManifest(made()), externalSecret, data).kind).toBe('apply');
  });

  test.each([
    ['a value', { data: { user: 'forged' } }],
    ['a key', { data: {} }],
  ])('is written where somebody changed %s [1.13b.16]', (_, change) => {
    expect(plan(snapshotManifest({ ...made(), ...change })).kind).toBe('apply');
  });

  test('what others add is none of our business [1.13b.12]', () => {
    const object = { ...made(), data: { user: 'admin', theirs: 'x' }, status: { phase: 'x' } };
    object.metadata.labels = { ...object.metadata.labels, theirs: 'x' };
    expect(plan(snapshotManifest(object))).toEqual({ kind: 'none', outcome: 'synced' });
  });
});

describe('a kind whose values the API server keeps in another form [8.51]', () => {
  const keep = (value: string) => value.toLowerCase();

  test('comes to rest after a second write, and stays there', () => {
    const [externalSecret, data] = [es(), { user: 'ADMIN' }];
    const content = contentOf(externalSecret, data);
    const first = applied(plan('missing', externalSecret, data), { keep });
    const second = planManifest({
      externalSecret,
      content,
      target: { kind: 'applied', snapshot: snapshotManifest(first) },
    });
    const object = applied(second, { keep, before: first });
    expect(object.metadata.annotations).toMatchObject({
      'reconcile.external-secrets.io/data-hash': hashValue({ user: 'admin' }),
      'reconcile.external-secrets.io/rendered-hash': hashValue({ data: { user: 'ADMIN' } }),
    });
    expect(
      planManifest({ externalSecret, content, target: { kind: 'applied', snapshot: snapshotManifest(object) } }),
    ).toEqual({
      kind: 'none',
      outcome: 'synced',
    });
    expect(plan(snapshotManifest(object), externalSecret, data)).toEqual({ kind: 'none', outcome: 'synced' });
    // A change of the content is seen all the same, and so is drift.
    expect(plan(snapshotManifest(object), externalSecret, { user: 'ROOT' }).kind).toBe('apply');
    expect(plan(snapshotManifest({ ...object, ...{ data: { user: 'x' } } }), externalSecret, data).kind).toBe('apply');
  });
});

describe('two ExternalSecrets on one object', () => {
  test('come to rest, and each keeps its keys', () => {
    const [a, b] = [es({ creationPolicy: 'CreateOrMerge' }), es({ creationPolicy: 'Merge' }, 'other')];
    const other = 'externalsecrets.external-secrets.io/other';
    const first = applied(plan('missing', a, { a: '1' }));
    const second = applied(plan(snapshotManifest(first), b, { b: '2' }), { manager: other, before: first });
    const content = contentOf(b, { b: '2' });
    const correction = planManifest({
      externalSecret: b,
      content,
      target: { kind: 'applied', snapshot: snapshotManifest(second) },
    });
    const object = applied(correction, { manager: other, before: second });
    expect(object).toMatchObject({ data: { a: '1', b: '2' } });
    for (const [externalSecret, data] of [
      [a, { a: '1' }],
      [b, { b: '2' }],
    ] as const)
      expect(plan(snapshotManifest(object), externalSecret, data)).toEqual({ kind: 'none', outcome: 'synced' });
  });
});

describe('what an earlier installation replaced as a whole', () => {
  const theirs = (): KubeObject => {
    const object = made();
    const [entry] = object.metadata.managedFields ?? [];
    object.metadata.managedFields = [{ ...entry, manager: 'external-secrets', operation: 'Update' }];
    return object;
  };

  test('is not written while it is as it should be', () => {
    expect(plan(snapshotManifest(theirs()))).toEqual({ kind: 'none', outcome: 'synced' });
  });

  test.each([
    ['Owner', true],
    ['CreateOrMerge', false],
  ] as const)('under %s counts as applied before it changes: %s', (creationPolicy, takesOver) => {
    expect(plan(snapshotManifest(theirs()), es({ creationPolicy }), { other: 'x' })).toMatchObject({
      kind: 'apply',
      takesOver,
    });
  });
});

describe('whose it is', () => {
  const owned = (kind: string, name: string): ManifestSnapshot => {
    const apiVersion = kind === 'ExternalSecret' ? 'external-secrets.io/v1' : 'apps/v1';
    const object = made();
    object.metadata.ownerReferences = [{ apiVersion, kind, name, uid: 'x', controller: true }];
    return snapshotManifest(object);
  };

  test.each(['Owner', 'Orphan', 'Merge', 'CreateOrMerge'] as const)(
    'of another ExternalSecret: refused under %s',
    (creationPolicy) => {
      expect(plan(owned('ExternalSecret', 'other'), es({ creationPolicy }))).toMatchObject({
        kind: 'refuse',
        refusal: 'ownedByOther',
        error: { code: 'TARGET_NOT_OWNED', publicMessage: 'ConfigMap config belongs to ExternalSecret other' },
      });
    },
  );

  test.each([
    ['Owner', 'refuse'],
    ['Orphan', 'apply'],
  ] as const)('of another controller under %s: %s', (creationPolicy, kind) => {
    expect(plan(owned('Deployment', 'x'), es({ creationPolicy }), { other: 'x' }).kind).toBe(kind);
  });
});

describe('when nothing was fetched', () => {
  test('Retain leaves all as it is', () => {
    expect(plan('unseen', es(), {})).toEqual({ kind: 'none', outcome: 'retained' });
  });

  test('Delete deletes what is ours, and nothing else [1.13b.19]', () => {
    const externalSecret = es({ deletionPolicy: 'Delete' });
    expect(plan('unseen', externalSecret, {})).toEqual({ kind: 'read' });
    expect(plan('missing', externalSecret, {})).toEqual({ kind: 'none', outcome: 'deleted' });
    expect(plan(snapshotManifest(made()), externalSecret, {})).toEqual({ kind: 'delete', uid: 'uid-config' });
    const foreign = made();
    foreign.metadata.ownerReferences = [];
    expect(plan(snapshotManifest(foreign), externalSecret, {})).toMatchObject({
      kind: 'refuse',
      refusal: 'deleteFailed',
    });
  });

  test('Delete needs Owner [1.13b.19]', () => {
    expect(plan('missing', es({ deletionPolicy: 'Delete', creationPolicy: 'Orphan' }), {})).toMatchObject({
      refusal: 'deleteFailed',
      error: { publicMessage: 'unable to delete resource: creationPolicy=Orphan is not Owner' },
    });
  });

  test('Merge takes our keys out', () => {
    expect(plan(snapshotManifest(made()), es({ deletionPolicy: 'Merge' }), {})).toMatchObject({
      kind: 'apply',
      fields: { data: {} },
    });
  });
});

test('what was rendered cannot say which object it is, whose it is, or where', () => {
  const externalSecret = es();
  const object = { apiVersion: 'rbac/v1', kind: 'Role', metadata: { namespace: 'kube-system' }, data: { a: 'b' } };
  const content = { ...contentOf(externalSecret), object };
  const result = planManifest({ externalSecret, content, target: { kind: 'missing' } });
  expect(result.kind === 'apply' && result.fields).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'team', name: 'config', ownerReferences: [{ name: 'app' }] },
  });
});

test('content that no object can hold is refused before anything is sent', () => {
  expect(plan('missing', es(), { big: 'x'.repeat(1024 * 1024) })).toMatchObject({
    kind: 'refuse',
    error: { code: 'TARGET_TOO_LARGE', field: 'spec.target' },
  });
});

test('an object that nests deeper than a stack is long is looked at all the same', () => {
  let spec: object = {};
  let tree: object = {};
  for (let depth = 0; depth < 100_000; depth++) [spec, tree] = [{ d: spec }, { 'f:d': tree }];
  const object = { ...made(), spec };
  object.metadata.managedFields = [{ manager: MANAGER, operation: 'Apply', fieldsV1: { 'f:spec': tree } }];
  expect(snapshotManifest(object).dataHash).toMatch(/^[0-9a-f]{56}$/);
});

test('a snapshot holds no value', () => {
  const object = made(es(), { S3cretKey: 'hunter2' });
  expect(JSON.stringify(snapshotManifest(object))).not.toMatch(/hunter2|S3cretKey/);
});

test('an object with more fields than are looked at comes to rest, and its drift is seen', () => {
  const data = Object.fromEntries(Array.from({ length: 25_000 }, (_, i) => [`k${i}`, '']));
  const [externalSecret, content] = [es(), contentOf(es(), data)];
  const first = applied(plan('missing', externalSecret, data));
  const second = planManifest({
    externalSecret,
    content,
    target: { kind: 'applied', snapshot: snapshotManifest(first) },
  });
  const object = applied(second, { before: first });
  expect(plan(snapshotManifest(object), externalSecret, data)).toEqual({ kind: 'none', outcome: 'synced' });
  const edited = { ...object, data: { ...data, k7: 'forged' } };
  expect(plan(snapshotManifest(edited), externalSecret, data).kind).toBe('apply');
});

test('of thousands of managers, which anybody can make up, a few are remembered', () => {
  const object = made();
  const [entry] = object.metadata.managedFields ?? [];
  const managers = Array.from({ length: 5_000 }, (_, i) => ({
    ...entry,
    manager: `externalsecrets.external-secrets.io/${i}`,
  }));
  object.metadata.managedFields = managers;
  expect(Object.keys(snapshotManifest(object).shares)).toHaveLength(50);
});

describe("a provider is an administrator's", () => {
  const service = es({ manifest: { apiVersion: 'v1', kind: 'Service' } });
  const planFor = (content: Partial<ManifestContent>, target: Parameters<typeof planManifest>[0]['target']) =>
    planManifest({ externalSecret: service, content: { ...contentOf(service), ...content }, target });
  const refused = { kind: 'refuse', error: { code: 'TARGET_KIND_NOT_ALLOWED', field: 'spec.target.manifest' } };

  test.each<[string, Partial<ManifestContent>]>([
    ['the label', { labels: { 'external-secrets.io/provider': 'true' } }],
    ['the label of shared ones', { labels: { 'external-secrets.io/provider-shared': 'true' } }],
    ['the annotation of its certificate', { annotations: { 'external-secrets.io/provider-tls-secret': 'x' } }],
  ])('%s is not written', (_what, content) => {
    expect(planFor(content, { kind: 'missing' })).toMatchObject(refused);
  });

  test('another label of that name is', () => {
    expect(planFor({ labels: { 'external-secrets.io/providers': 'x' } }, { kind: 'missing' }).kind).toBe('apply');
  });

  test('an object that has the label is not written', () => {
    const object = made();
    object.metadata.labels = { ...object.metadata.labels, 'external-secrets.io/provider': 'true' };
    expect(planFor({}, { kind: 'known', snapshot: snapshotManifest(object) })).toMatchObject(refused);
  });
});

test('a ConfigMap that Helm would take for a release is not written', () => {
  const refused = { kind: 'refuse', error: { code: 'TARGET_NOT_OWNED', field: 'spec.target' } };
  const planOf = (externalSecret: ExternalSecret, data: Record<string, string>) =>
    planManifest({ externalSecret, content: contentOf(externalSecret, data), target: { kind: 'missing' } });
  expect(planOf(es({ name: 'sh.helm.release.v1.app.v1' }), { user: 'x' })).toMatchObject(refused);
  const labelled = es();
  const object = { ...labelled, metadata: { ...labelled.metadata, labels: { owner: 'helm' } } };
  // Another one may have written the rest.
  expect(planOf(object, { user: 'x' })).toMatchObject(refused);
  expect(planOf(labelled, { release: 'x' })).toMatchObject({ kind: 'apply' });
});

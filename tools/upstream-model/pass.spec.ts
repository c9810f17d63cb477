import { hashData, hashOwner, versionOf } from './hash.ts';
import { CLEANUP_FINALIZER, HASH_ANNOTATION, MANAGED_LABEL, managerOf, OWNER_LABEL } from './marks.ts';
import type { SyncedObject, TargetSecret } from './objects.ts';
import { changedByRefresh, type Effect, passOver, type Scene, unrecordedKeys } from './pass.ts';

const NOW = Date.parse('2026-01-05T12:00:00Z');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const MANAGER = managerOf('app');

const es: SyncedObject = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'app', namespace: 'team', uid: 'uid-1', generation: 1, finalizers: [CLEANUP_FINALIZER] },
  spec: { data: [{ secretKey: 'user', remoteRef: { key: 'db-user' } }] },
};
const synced: SyncedObject = {
  ...es,
  status: { syncedResourceVersion: versionOf(es.metadata), refreshTime: '2026-01-05T11:59:00Z' },
};
const data = { user: base64('admin') };
const target: TargetSecret = {
  apiVersion: 'v1',
  kind: 'Secret',
  data,
  metadata: {
    name: 'app',
    namespace: 'team',
    labels: { [MANAGED_LABEL]: 'true', [OWNER_LABEL]: hashOwner(es.metadata) },
    annotations: { [HASH_ANNOTATION]: hashData(data) },
    ownerReferences: [
      {
        apiVersion: es.apiVersion,
        kind: es.kind,
        name: 'app',
        uid: 'uid-1',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: [{ manager: MANAGER, fieldsV1: { 'f:data': { '.': {}, 'f:user': {} } } }],
  },
};

function scene(change: Partial<Scene> = {}): Scene {
  const backend = () => ({ 'db-user': 'admin' });
  return { externalSecret: synced, secrets: [target], backend, read: () => undefined, now: NOW, ...change };
}
const withTarget = (spec: SyncedObject['spec']['target']): SyncedObject => ({
  ...es,
  spec: { ...es.spec, target: spec },
});
const kinds = (effects: readonly Effect[]): string[] => effects.map(({ kind }) => kind);

test('what is not due and intact is left alone', () => {
  expect(passOver(scene())).toEqual({ outcome: 'settled', why: 'interval runs, intact', effects: [] });
  expect(changedByRefresh(scene())).toEqual([]);
  expect(unrecordedKeys(scene())).toEqual([]);
});

// prettier-ignore
test.each<[string, Partial<Scene>, string, string, string[]]>([
  ['no finalizer', { externalSecret: { ...synced, metadata: { ...es.metadata, finalizers: [] } } }, 'settled', 'interval runs, intact', ['patchExternalSecret']],
  ['no label', { secrets: [{ ...target, metadata: { ...target.metadata, labels: {} } }] }, 'again', 'not labelled', ['patchSecret']],
  ['other data', { secrets: [{ ...target, data: { ...data, more: '' } }] }, 'synced', 'other data', ['updateSecret', 'event', 'writeStatus']],
  ['no target', { secrets: [] }, 'synced', 'missing', ['createSecret', 'event', 'writeStatus']],
  ['a changed label', { externalSecret: { ...synced, metadata: { ...es.metadata, labels: { a: 'b' } } } }, 'synced', 'changed', ['updateSecret', 'event', 'writeStatus']],
  ['nothing to change', { externalSecret: es }, 'synced', 'changed', ['writeStatus']],
  ['an absent source', { externalSecret: es, backend: () => ({}) }, 'failed', 'changed', ['writeStatus']],
  ['no data under Delete', { externalSecret: withTarget({ deletionPolicy: 'Delete' }), backend: () => ({}) }, 'synced', 'changed', ['event', 'deleteSecret', 'event', 'writeStatus']],
  ['no target under Merge', { externalSecret: withTarget({ creationPolicy: 'Merge' }), secrets: [] }, 'synced', 'changed', ['writeStatus']],
  ['None', { externalSecret: withTarget({ creationPolicy: 'None' }) }, 'synced', 'changed', ['writeStatus']],
  ['another target', { externalSecret: withTarget({ name: 'new' }) }, 'synced', 'changed', ['deleteSecret', 'event', 'createSecret', 'event', 'writeStatus']],
])('%s', (_what, change, outcome, why, effects) => {
  const pass = passOver(scene(change));
  expect([pass.outcome, pass.why, kinds(pass.effects)]).toEqual([outcome, why, effects]);
});

test('a target of another ExternalSecret, or of another controller, is refused', () => {
  const ownedBy = (kind: string, apiVersion: string): Scene => {
    const ownerReferences = [{ apiVersion, kind, name: 'other', uid: 'uid-2', controller: true }];
    return scene({ externalSecret: es, secrets: [{ ...target, metadata: { ...target.metadata, ownerReferences } }] });
  };
  for (const [kind, group, message] of [
    ['ExternalSecret', 'external-secrets.io/v1beta1', 'target is owned by another ExternalSecret'],
    ['Deployment', 'apps/v1', 'failed to take ownership of target secret'],
  ] as const) {
    const { outcome, effects } = passOver(ownedBy(kind, group));
    expect(outcome).toBe('failed');
    expect(JSON.stringify(effects)).toContain(message);
  }
});

test('under Merge the keys of others stay, and its own that are no longer wanted go', () => {
  const managedFields = [{ manager: MANAGER, fieldsV1: { 'f:data': { 'f:user': {}, 'f:old': {} } } }];
  const shared = {
    ...target,
    data: { ...data, old: 'eA==', theirs: 'eQ==' },
    metadata: { ...target.metadata, managedFields },
  };
  const pass = passOver(scene({ externalSecret: withTarget({ creationPolicy: 'Merge' }), secrets: [shared] }));
  const update = pass.effects.find(({ kind }) => kind === 'updateSecret');
  expect(update).toMatchObject({
    manager: MANAGER,
    secret: { data: { ...data, theirs: 'eQ==' }, metadata: { ownerReferences: [] } },
  });
  expect(JSON.stringify(update)).not.toContain('old":"eA');
});

test('what others wrote is seen: by the next refresh, and by whose it is', () => {
  const labels = { ...target.metadata.labels, team: 'red' };
  const metadata = {
    ...target.metadata,
    labels,
    managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:data': { 'f:user': {} } } }],
  };
  expect(unrecordedKeys(scene({ secrets: [{ ...target, metadata }] }))).toEqual(['user']);
  const labelled = { ...es, metadata: { ...es.metadata, labels: { team: 'blue' } } };
  expect(changedByRefresh(scene({ externalSecret: labelled, secrets: [{ ...target, metadata }] }))).toEqual([
    'metadata.labels.team',
  ]);
});

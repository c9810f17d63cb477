/**
 * A walk over every leaf of the schemas of SecretStore, ClusterSecretStore, ProviderClass and ClusterProviderClass: each changes what
 * users see, is refused, changes nothing with a reason, or is shown by a test that is named.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, workspaceRoot } from '@eso/testing';
import { fakeConfig, System } from '../support/system.ts';
import { leavesOf } from './leaves.ts';
import {
  goodSpec,
  HOLDER,
  INERT_CONDITIONS,
  INERT_FIELDS,
  type Manifest,
  REF,
  REFUSED_STORE_FIELDS,
  SHOWN_ELSEWHERE,
  STORE_FIELDS,
  TENANT,
  userOf,
  walked,
  type WalkedKind,
} from './store-fields.ts';

const KINDS: readonly (readonly [WalkedKind, string, string])[] = [
  ['SecretStore', 'secretstores', 'v1'],
  ['ClusterSecretStore', 'clustersecretstores', 'v1'],
  ['ProviderClass', 'providerclasses', 'v1alpha1'],
  ['ClusterProviderClass', 'clusterproviderclasses', 'v1alpha1'],
];
const CONDITION_FIELDS = ['type', 'status', 'reason', 'message', 'lastTransitionTime', 'observedGeneration'];

let system: System;
beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
  await system.kubectl('label', 'namespace', TENANT, 'tier=gold');
  await system.apply(fakeConfig(TENANT, REF.name, { user: 'admin' }));
  await apply(HOLDER);
  await eventually(async () => expect(await seen(HOLDER)).toMatch(/^True/));
}, 300_000);
afterAll(() => system.stop());

const apply = (...objects: readonly Manifest[]): Promise<void> =>
  system.apply(objects.map((object) => JSON.stringify(object)).join('\n---\n'));

interface Status {
  readonly capabilities?: string;
  readonly features?: readonly string[];
  readonly conditions?: readonly Readonly<Record<string, string | number>>[];
}

async function statusOf({ kind, metadata: { name, namespace = TENANT } }: Manifest): Promise<Status> {
  const text = await system.kubectl('-n', namespace, 'get', kind, name, '-o', 'json');
  return (JSON.parse(text) as { status?: Status }).status ?? {};
}

/** `<status> <reason>: <message>` of Ready; empty where there is no status. */
async function seen(object: Manifest): Promise<string> {
  const ready = (await statusOf(object)).conditions?.find(({ type }) => type === 'Ready');
  return ready ? `${ready['status']} ${ready['reason']}: ${ready['message']}` : '';
}

test.each(KINDS)('every leaf of %s has an entry, and every entry a leaf', (kind, plural, version) => {
  const status = CONDITION_FIELDS.map((field) => `status.conditions[].${field}`);
  const known = [...STORE_FIELDS, ...REFUSED_STORE_FIELDS, ...SHOWN_ELSEWHERE]
    .filter((entry) => entry.kind === kind)
    .flatMap(({ fields }) => fields);
  const more = kind.endsWith('Store') ? ['spec.refreshInterval', 'status.capabilities', 'status.features[]'] : [];
  const inert = kind === 'SecretStore' ? INERT_FIELDS : [];
  expect([...known, ...more, ...inert, ...status].sort()).toEqual(leavesOf(plural, version).sort());
});

test.each(STORE_FIELDS.map((entry, index) => [entry.kind, entry.fields.join(', '), entry, index] as const))(
  '%s: %s',
  async (kind, _fields, entry, index) => {
    const { shows, otherwise = /^True/, seenOf } = entry;
    const specs = { without: entry.without ?? goodSpec(kind), with: entry.with };
    const result: Record<string, string> = {};
    for (const [which, spec] of Object.entries(specs)) {
      const name = `${which}-${index}`;
      const object = walked(kind, name, spec);
      const user = seenOf?.(name);
      await apply(object, ...(user ? [user] : []));
      result[which] = await eventually(async () => {
        const now = await seen(user ?? object);
        expect(now).toMatch(which === 'with' ? shows : otherwise);
        return now;
      });
    }
    expect(result['without']).not.toMatch(shows);
    // Nothing is seen of what was not looked at yet, either: one that came later has been.
    if (!shows.test('')) return;
    const later = walked(kind, `later-${index}`, goodSpec(kind));
    await apply(later);
    await eventually(async () => expect(await seen(later)).toMatch(/^True/));
    expect(await seen(walked(kind, `with-${index}`, entry.with))).toMatch(shows);
  },
);

test.each(REFUSED_STORE_FIELDS.map((entry) => [entry.kind, entry.fields.join(', '), entry] as const))(
  '%s: %s is refused by name',
  async (kind, _fields, entry) => {
    await expect(apply(walked(kind, 'refused', entry.with))).rejects.toThrow(entry.says);
  },
);

test('conditions of a SecretStore change nothing: it serves its own namespace', async () => {
  const user = userOf('SecretStore')('inert');
  await apply(walked('SecretStore', 'inert', INERT_CONDITIONS), user);
  await eventually(async () => expect(await seen(user)).toMatch(/^True SecretSynced/));
});

test.each(SHOWN_ELSEWHERE.map((entry) => [entry.kind, entry.fields.join(', '), entry] as const))(
  '%s: %s is shown by a test that is there',
  (_kind, _fields, entry) => {
    expect(readFileSync(join(workspaceRoot, entry.file), 'utf8')).toContain(`test('${entry.test}`);
  },
);

test.each(['SecretStore', 'ClusterSecretStore'] as const)(
  '%s: spec.refreshInterval says when a config is looked at again',
  async (kind) => {
    const config = kind.toLowerCase();
    await system.apply(fakeConfig(TENANT, config, { user: 'admin' }));
    const runtimeRef = { kind: 'ClusterProviderClass', name: 'fake' };
    const providerRef = { ...REF, name: config, ...(kind === 'ClusterSecretStore' && { namespace: TENANT }) };
    const [often, seldom] = ['1s', '1h'].map((refreshInterval) =>
      walked(kind, `every-${refreshInterval}`, { refreshInterval, providerRef, runtimeRef }),
    ) as [Manifest, Manifest];
    await apply(often, seldom);
    for (const object of [often, seldom]) await eventually(async () => expect(await seen(object)).toMatch(/^True/));
    await system.apply(fakeConfig(TENANT, config, { user: '' }));
    await eventually(async () => expect(await seen(often)).toMatch(/^False .*\[CONFIG_INVALID\]/));
    expect(await seen(seldom)).toMatch(/^True/);
  },
);

describe.each(KINDS)('what core writes into a %s', (kind) => {
  const isStore = kind.endsWith('Store');
  let good: Status;
  let bad: Status;
  beforeAll(async () => {
    const broken = isStore ? { provider: { nobody: {} } } : { address: 'absent.provider-fake.svc:8080' };
    const objects = [walked(kind, 'status-good', goodSpec(kind)), walked(kind, 'status-bad', broken)] as const;
    await apply(...objects);
    await eventually(async () => expect(await seen(objects[0])).toMatch(/^True/));
    await eventually(async () => expect(await seen(objects[1])).toMatch(/^False/));
    good = await statusOf(objects[0]);
    bad = await statusOf(objects[1]);
  });

  test('conditions say what, since when, and of which generation', () => {
    const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const common = { type: 'Ready', lastTransitionTime: time, observedGeneration: 1 };
    const words = isStore ? ['Valid', 'store validated'] : ['Healthy', 'the provider is healthy'];
    expect(good.conditions).toEqual([{ ...common, status: 'True', reason: words[0], message: words[1] }]);
    expect(bad.conditions).toEqual([
      {
        ...common,
        status: 'False',
        reason: isStore ? 'InvalidProviderConfig' : 'ServiceNotFound',
        message: expect.stringMatching(/ \[[A-Z_]+\]\. \S/) as unknown,
      },
    ]);
  });

  test('stores say what they can do, once that is known', () => {
    const able = { capabilities: 'ReadWrite', features: expect.arrayContaining(['get', 'push']) as unknown };
    const nothing = { capabilities: undefined, features: undefined };
    const of = ({ capabilities, features }: Status): object => ({ capabilities, features });
    expect(of(good)).toEqual(isStore ? able : nothing);
    expect(of(bad)).toEqual(nothing);
  });
});

/**
 * A walk over every leaf of the schema of ExternalSecret: each changes what users see, or is refused with its name. The real core, a
 * real provider, an API server; two ExternalSecrets for each field, equal but for it.
 */
import { type ExternalSecretSpec, externalSecrets } from '@eso/api/resources';
import { isKubeError } from '@eso/kube';
import { eventually } from '@eso/testing';
import { fakeConfig, fakeStore, System } from '../support/system.ts';
import { NAMESPACE, surroundings } from './backend.ts';
import { expectSeen, holdsOf, see, specOf } from './field-entry.ts';
import { leavesOf } from './leaves.ts';
import { INERT_SOURCE_FIELDS, SOURCE_FIELDS } from './source-fields.ts';
import { STATUS_FIELDS } from './status-fields.ts';
import { TARGET_FIELDS } from './target-fields.ts';
import { REFUSED_TEMPLATE_FIELDS, TEMPLATE_FIELDS } from './template-fields.ts';
import { TIME_FIELDS } from './time-fields.ts';

const ENTRIES = [...SOURCE_FIELDS, ...TIME_FIELDS, ...TARGET_FIELDS, ...TEMPLATE_FIELDS];

let system: System;
beforeAll(async () => {
  system = await System.start({
    tenants: 'all',
    providers: { fake: {} },
    coreFlags: ['--unsafe-allow-generic-targets'],
  });
  await system.own.cluster.ensureNamespace(NAMESPACE);
  await system.apply(surroundings());
  for (const [index, { follows, with: changed, without }] of ENTRIES.entries()) {
    const store = follows ? `store-${index}` : 'store';
    if (follows) await system.apply(fakeStore(NAMESPACE, store, { user: 'first' }));
    await create(`with-${index}`, specOf(changed, store));
    await create(`without-${index}`, specOf(without, store));
  }
}, 300_000);
afterAll(() => system.stop());

const create = (name: string, spec: ExternalSecretSpec): Promise<unknown> =>
  system.admin.create(externalSecrets, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace: NAMESPACE },
    spec,
  });

test('every leaf of the schema has an entry, and every entry a leaf', () => {
  const known = [...ENTRIES, ...INERT_SOURCE_FIELDS, ...REFUSED_TEMPLATE_FIELDS, ...STATUS_FIELDS].flatMap(
    ({ fields }) => fields,
  );
  expect([...known].sort()).toEqual(leavesOf('externalsecrets').sort());
});

test.each(ENTRIES.map((entry, index) => [entry.fields.join(', '), entry.does, entry, index] as const))(
  '%s %s',
  async (_fields, _does, entry, index) => {
    const { shows, otherwise = { ready: 'True' }, follows } = entry;
    const [changed, plain] = [`with-${index}`, `without-${index}`];
    if (follows) await changeTwice(`store-${index}`, follows === 'with' ? changed : plain);
    await eventually(async () => expectSeen(await see(system, NAMESPACE, changed), shows));
    const seen = await eventually(async () => {
      const now = await see(system, NAMESPACE, plain);
      expectSeen(now, otherwise);
      return now;
    });
    expect({ shows, isTrueWithoutTheFieldToo: holdsOf(seen, shows) }).toEqual({
      shows,
      isTrueWithoutTheFieldToo: false,
    });
  },
);

/** The backend's value changes twice; returns when the one has followed both times. */
async function changeTwice(store: string, follower: string): Promise<void> {
  for (const name of ['with', 'without']) await system.ready(NAMESPACE, follower.replace(/^with(out)?/, name));
  for (const user of ['second', 'third']) {
    await system.apply(fakeConfig(NAMESPACE, store, { user }));
    await system.holds(NAMESPACE, follower, { user });
  }
}

test.each(INERT_SOURCE_FIELDS.map((entry) => [entry.fields.join(', '), entry.why, entry] as const))(
  '%s changes nothing: %s',
  async (_fields, _why, { with: changed, without }) => {
    await create('inert-with', specOf(changed));
    await create('inert-without', specOf(without));
    for (const name of ['inert-with', 'inert-without']) await system.ready(NAMESPACE, name);
    expect((await see(system, NAMESPACE, 'inert-with')).data).toEqual(
      (await see(system, NAMESPACE, 'inert-without')).data,
    );
  },
);

test.each(REFUSED_TEMPLATE_FIELDS.map((entry) => [entry.fields.join(', '), entry] as const))(
  '%s with another value is refused by name',
  async (_fields, { with: changed, names }) => {
    const error: unknown = await create('refused', specOf(changed)).catch((caught: unknown) => caught);
    if (!isKubeError(error, 'INVALID')) throw new Error(`expected a refusal, got ${String(error)}`);
    expect(error.causes.map(({ field }) => field)).toContain(names);
  },
);

describe('what core writes', () => {
  beforeAll(async () => {
    await create('status-ready', specOf());
    await create('status-failed', specOf({ data: [{ secretKey: 'user', remoteRef: { key: 'absent' } }] }));
    await system.ready(NAMESPACE, 'status-ready');
    await system.failed(NAMESPACE, 'status-failed', 'SECRET_NOT_FOUND');
  });

  test.each(STATUS_FIELDS.map((entry) => [entry.fields.join(', '), entry] as const))(
    '%s',
    async (_fields, { ready, shows, failed }) => {
      const { status = {} } = await see(system, NAMESPACE, 'status-ready');
      expect(ready(status)).toEqual(shows);
      const other = await see(system, NAMESPACE, 'status-failed');
      expect(ready(other.status ?? {})).toEqual(failed);
    },
  );
});

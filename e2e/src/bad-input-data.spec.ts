import { type Backend, createProviderServer, defineKind, type ProviderServer } from '@eso/api/server';
import { CertificateDirectory } from '@eso/api/tls';
import { configMaps, secrets } from '@eso/kube';
import { TlsLab } from '@eso/testing';
import {
  applyGood,
  type BadInput,
  breakAndMend,
  expectNothingSpilled,
  forceSync,
  MARKER,
  patch,
  SEEN_MS,
  storeOf,
  syncUntilReady,
} from './support/bad-input.ts';
import { createProviderService, dial } from './support/provider-process.ts';
import { externalSecretManifest, fakeConfig, fakeStore, System, wholeValues } from './support/system.ts';

const TENANT = 'bad-data';
const MIB = 1024 * 1024;
const FETCH_FAILED = 'could not get secret data from provider: ';
const UPDATE_FAILED = 'could not update secret: ';
let system: System;

beforeAll(async () => {
  // Below the deadline of connect's handlers in this process, whose timers outlive an answer that core would not read.
  system = await System.start({ tenants: [TENANT], providers: { fake: {} }, coreFlags: ['--provider-deadline=5s'] });
});
afterAll(() => system.stop());

/** Breaks a good ExternalSecret of that name through its own spec, and puts back what was there. */
function badSpec(
  name: string,
  { bad, good, ...expected }: Pick<BadInput, 'code' | 'tells'> & { readonly bad: object; readonly good: object },
): BadInput {
  const set = (spec: object): Promise<void> => patch(system, 'externalsecret', TENANT, name, { spec });
  return {
    ...expected,
    namespace: TENANT,
    name,
    breakIt: () => set(bad),
    mend: () => set(good),
    recoversWithinMs: SEEN_MS,
  };
}

/**
 * Breaks a good ExternalSecret of that name through what is in its backend.
 * @param unwatched whether it is put right by a change that core does not look for soon, so that the user asks for a sync
 */
function badBackend(
  name: string,
  { bad, good, ...expected }: Pick<BadInput, 'code' | 'tells'> & Record<'bad' | 'good', Record<string, string>>,
  unwatched = false,
): BadInput {
  const set = (data: Record<string, string>): Promise<void> => system.apply(fakeConfig(TENANT, storeOf(name), data));
  return {
    ...expected,
    namespace: TENANT,
    name,
    breakIt: () => set(bad),
    mend: async () => {
      await set(good);
      if (unwatched) await syncUntilReady(system, TENANT, name);
    },
    recoversWithinMs: SEEN_MS,
  };
}

test.concurrent('a secret that the backend does not have', async () => {
  const name = 'secret-absent';
  const good = { value: MARKER, other: MARKER };
  await applyGood(system, { namespace: TENANT, name, data: good, spec: wholeValues('other', 'value') });
  await breakAndMend(
    system,
    badBackend(name, {
      bad: { other: `${MARKER}-new` },
      good,
      code: 'SECRET_NOT_FOUND',
      tells: [FETCH_FAILED, 'spec.data[1].remoteRef.key: ', 'secret value does not exist', 'Create the secret'],
    }),
  );
});

test.concurrent('a key of 300 characters', async () => {
  const name = 'key-long';
  const good = { all: `{"short":"${MARKER}"}` };
  await applyGood(system, { namespace: TENANT, name, data: good, spec: 'dataFrom: [{ extract: { key: all } }]' });
  await breakAndMend(
    system,
    badBackend(
      name,
      {
        bad: { all: `{"${'k'.repeat(300)}":"${MARKER}"}` },
        good,
        code: 'KEY_INVALID',
        tells: [FETCH_FAILED, 'spec.dataFrom[0]', 'key has length 300 but max is 253', 'Change the key with a rewrite'],
      },
      true,
    ),
  );
});

test.concurrent('two keys that are the same after conversion', async () => {
  const name = 'key-collision';
  const good = { 'app/key': MARKER };
  await applyGood(system, {
    namespace: TENANT,
    name,
    data: good,
    spec: 'dataFrom: [{ find: { name: { regexp: "^app" } } }]',
  });
  await breakAndMend(
    system,
    badBackend(
      name,
      {
        bad: { 'app/key': MARKER, 'app key': `${MARKER}-other` },
        good,
        code: 'KEY_COLLISION',
        tells: [
          FETCH_FAILED,
          'spec.dataFrom[0]',
          'collision during conversion: app_key',
          'Use conversionStrategy Unicode',
        ],
      },
      true,
    ),
  );
});

test.concurrent('a sync window that never opens', async () => {
  const name = 'never-opens';
  await applyGood(system, { namespace: TENANT, name, data: { value: MARKER }, spec: wholeValues('value') });
  await breakAndMend(
    system,
    badSpec(name, {
      bad: { syncWindows: { kind: 'allow', windows: [{ schedule: '0 0 31 2 *', duration: '1h' }] } },
      good: { syncWindows: null },
      code: 'INVALID_SPEC',
      tells: [UPDATE_FAILED, 'spec.syncWindows.windows[0].schedule: ', 'the window never opens', 'times are UTC'],
    }),
  );
});

test.concurrent('a field that is not built yet', async () => {
  const name = 'not-built';
  const generatorRef = { kind: 'Password', name: 'p' };
  await applyGood(system, { namespace: TENANT, name, data: { value: MARKER }, spec: wholeValues('value') });
  await breakAndMend(
    system,
    badSpec(name, {
      bad: { data: [{ secretKey: 'value', remoteRef: { key: 'value' }, sourceRef: { generatorRef } }] },
      good: { data: [{ secretKey: 'value', remoteRef: { key: 'value' } }] },
      code: 'NOT_BUILT_YET',
      tells: [
        UPDATE_FAILED,
        'spec.data[0].sourceRef.generatorRef: ',
        'generators are not built yet',
        'Use a storeRef.',
      ],
    }),
  );
});

test.concurrent("a new target name that is another ExternalSecret's leaves both Secrets alone", async () => {
  const name = 'owned-rename';
  await applyGood(system, { namespace: TENANT, name: 'owner', data: { mine: MARKER }, spec: wholeValues('mine') });
  await applyGood(system, { namespace: TENANT, name, data: { value: MARKER }, spec: wholeValues('value') });
  const owned = await system.secret(TENANT, 'owner');
  await breakAndMend(
    system,
    badSpec(name, {
      bad: { target: { name: 'owner' } },
      good: { target: { name: null } },
      code: 'TARGET_NOT_OWNED',
      tells: [
        'target is owned by another ExternalSecret: ',
        'spec.target.name: ',
        'owner',
        'Choose another spec.target.name',
      ],
    }),
  );
  expect(await system.secret(TENANT, 'owner')).toEqual(owned);
});

test.concurrent('a Secret that something else controls is not taken over, until it is let go', async () => {
  const name = 'owned-foreign';
  const { metadata } = await system.admin.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'controller', namespace: TENANT },
  });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'controller', uid: metadata.uid!, controller: true };
  const theirs = await system.admin.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: TENANT, ownerReferences: [owner] },
    data: { theirs: 'eA==' },
  });
  await system.apply(fakeStore(TENANT, storeOf(name), { value: MARKER }));
  await system.apply(externalSecretManifest(TENANT, name, storeOf(name), wholeValues('value')));
  const { message } = await system.failed(TENANT, name, 'TARGET_NOT_OWNED');
  expect(message).toMatch(/^failed to take ownership of target secret: spec\.target\.name: .*ConfigMap controller/);
  await system.warned(TENANT, name, '[TARGET_NOT_OWNED]');
  expect(await system.secret(TENANT, name)).toEqual(theirs);
  await patch(system, 'secret', TENANT, name, { metadata: { ownerReferences: null } });
  await forceSync(system, TENANT, name);
  await system.ready(TENANT, name, SEEN_MS);
  await system.holds(TENANT, name, { value: MARKER });
});

describe('a provider that answers more than it may', () => {
  const name = 'too-much';
  let lab: TlsLab;
  let certificates: CertificateDirectory;
  let server: ProviderServer;
  let answer: Uint8Array = Buffer.from(MARKER);

  beforeAll(async () => {
    lab = await TlsLab.create();
    const service = await createProviderService(system, 'oversize');
    certificates = await CertificateDirectory.open({ dir: await lab.directory(service.issued) });
    const absent = () => Promise.resolve(new Map<string, Uint8Array>());
    const backend: Backend = {
      getSecret: () => Promise.resolve(answer),
      getSecretMap: absent,
      getAllSecrets: absent,
    };
    const kind = defineKind({
      apiVersion: 'provider.external-secrets.io/v2alpha1',
      kind: 'Fake',
      plural: 'fakes',
      features: ['get', 'map', 'findByName'],
      metricName: 'Oversize',
      open: () => backend,
    });
    server = createProviderServer({
      definition: { name: 'oversize', kinds: [kind] },
      certificates,
      kube: await system.own.cluster.clientFor({ namespace: 'provider-fake', name: 'provider-fake' }),
      limits: { responseBytes: 16 * MIB },
      drainDelayMs: 0,
    });
    dial(system.installation, service, (await server.listen()).port);
    await applyGood(system, {
      namespace: TENANT,
      name,
      data: { value: 'unused' },
      spec: wholeValues('value'),
      address: service.address,
    });
  });
  afterAll(async () => {
    await server.stop();
    certificates.close();
    await lab.remove();
  });

  test.each([
    [10, 'RESPONSE_TOO_LARGE', ['spec.data[0].remoteRef: ', 'larger than core accepts', 'raise the response limit']],
    [2, 'SECRET_TOO_LARGE', [`${2 * MIB} bytes, a Secret can hold ${MIB}; the largest is "value"`, 'Fetch less']],
  ])('a value of %i MiB', async (mebibytes, code, tells) => {
    await breakAndMend(system, {
      namespace: TENANT,
      name,
      breakIt: () => (answer = Buffer.alloc(mebibytes * MIB, `${MARKER} `)),
      mend: () => {
        answer = Buffer.from(MARKER);
        return forceSync(system, TENANT, name);
      },
      code,
      tells,
      recoversWithinMs: SEEN_MS,
    });
  });
});

test('no value is in any log, event, condition or metric, and no process was started again', async () => {
  await expectNothingSpilled(system);
});

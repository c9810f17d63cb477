/** What single entries say of their own: store, decoding, zero bytes. */
import { externalSecrets } from '@eso/api/resources';
import { CoreProcess } from '../testing/core-process.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start();
  core.backend.set('plain', 'value').set('encoded', 'dmFsdWU=').set('zero', 'a\0b');
});
afterAll(() => core.stop());
beforeEach(async () => {
  namespace = await core.tenant();
});

const own = { storeRef: { kind: 'Provider' as const, name: 'backend' } };

test('entries name their stores where there is no common one; one that names a store alone gives nothing [1.2.1] [1.11.6] [1.11.7]', async () => {
  const data = [{ secretKey: 'a', remoteRef: { key: 'plain' }, sourceRef: own }];
  const spec = { secretStoreRef: {}, data, dataFrom: [{ sourceRef: own }] };
  await core.create(namespace, 'app', [], { spec });
  await core.holds(namespace, 'app', { a: 'value' });
  expect(await core.ready(namespace, 'app')).toBe('secret synced');
  expect(core.fetchesOf.get('plain')).toBe(1);
});

test('the store of one entry that is not there is told by its field, and the target stays whole', async () => {
  await core.create(namespace, 'app', ['plain']);
  await core.holds(namespace, 'app', { plain: 'value' });
  await core.ready(namespace, 'app');
  await core.atRest();
  const before = await core.secret(namespace, 'app');
  const absent = { storeRef: { kind: 'Provider', name: 'absent' } };
  const entries = [
    { secretKey: 'plain', remoteRef: { key: 'plain' } },
    { secretKey: 'other', remoteRef: { key: 'plain' }, sourceRef: absent },
  ];
  await core.admin.patch(externalSecrets, { namespace, name: 'app' }, { spec: { data: entries } }, { type: 'merge' });
  expect(await core.ready(namespace, 'app', 'False')).toMatch(
    /^could not get secret data from provider: spec\.data\[1\]\.sourceRef\.storeRef: .*"absent".*\[STORE_NOT_FOUND\]/,
  );
  await core.atRest();
  expect(await core.secret(namespace, 'app')).toEqual(before);
});

test('values are decoded as each entry says, and a zero byte fails where it may not be [1.2.29] [1.2.30]', async () => {
  const data = (nullBytePolicy: 'Ignore' | 'Fail') => [
    { secretKey: 'plain', remoteRef: { key: 'encoded' } },
    { secretKey: 'decoded', remoteRef: { key: 'encoded', decodingStrategy: 'Auto' as const } },
    { secretKey: 'zero', remoteRef: { key: 'zero', nullBytePolicy } },
  ];
  await core.create(namespace, 'app', [], { spec: { data: data('Ignore') } });
  await core.holds(namespace, 'app', { plain: 'dmFsdWU=', decoded: 'value', zero: 'a\0b' });
  await core.ready(namespace, 'app');
  await core.atRest();
  const before = await core.secret(namespace, 'app');
  const body = { spec: { data: data('Fail') } };
  await core.admin.patch(externalSecrets, { namespace, name: 'app' }, body, { type: 'merge' });
  expect(await core.ready(namespace, 'app', 'False')).toMatch(
    /spec\.data\[2\]\.remoteRef: fetched secret value for key "zero" contains null bytes.* \[NULL_BYTES\]/,
  );
  expect(await core.secret(namespace, 'app')).toEqual(before);
});

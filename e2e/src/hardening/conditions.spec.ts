import { externalSecretManifest, fakeStore, System, wholeValues } from '../support/system.ts';

const TENANT = 'conditions';
let system: System;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
  await system.apply(fakeStore(TENANT, 'store', { value: 'one', text: 'plain', 'app/a': '1', 'app/b': '2' }));
  await system.providerReady(TENANT, 'store', 'True', 'Valid');
});
afterAll(() => system.stop());

test('an ExternalSecret syncs', async () => {
  await system.apply(externalSecretManifest(TENANT, 'plain', 'store', wholeValues('value'), '1h'));
  await system.ready(TENANT, 'plain');
});

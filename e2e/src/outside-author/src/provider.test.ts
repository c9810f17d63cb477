import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestProvider, type TestProvider } from '@eso/api/testing';
import { outside } from './config.js';
import { provider } from './provider.js';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const object = (spec: unknown) => ({
  apiVersion,
  kind: 'Outside',
  metadata: { namespace: 'team', name: 'demo' },
  spec,
});
const large = JSON.stringify({ list: Array.from({ length: 20_000 }, (_, n) => ({ n })) });
let running: TestProvider;

before(async () => {
  const values = { db: '{"user":"ann"}', large };
  running = await startTestProvider({ definition: provider, crds: [outside], objects: [object({ values })] });
});
after(() => running.stop());

const get = async (key: string, property = ''): Promise<string> => {
  const providerRef = { apiVersion, kind: 'Outside', name: 'demo', namespace: 'team' };
  const request = { providerRef, sourceNamespace: 'team', remoteRef: { key, property } };
  const { value } = await running.client.store.getSecret(request);
  return new TextDecoder().decode(value);
};

void test('a secret, with the default that the schema gives', async () => {
  assert.equal(await get('outside/db'), '{"user":"ann"}');
  assert.equal(await get('outside/db', 'user'), 'ann');
});

void test('an absent one', async () => {
  await assert.rejects(get('outside/none'), /does not exist/);
});

void test('work that is too long for the main thread', async () => {
  assert.equal(await get('outside/large', 'list.#(n>=0)#|@reverse|@reverse|@reverse|#'), '20000');
});

void test('an object that the API server would refuse', async () => {
  const refused = startTestProvider({ definition: provider, crds: [outside], objects: [object({ values: 1 })] });
  await assert.rejects(refused, /spec\.values/);
});

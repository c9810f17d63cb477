/** What `npm run compat` asks of each pairing of releases: each test a row of its table. */
import { X509Certificate } from 'node:crypto';
import { CLIENT_TLS_SECRET, DEFAULT_PROVIDER_TLS_SECRET } from '@eso/api/resources';
import { ESO_NAMESPACE, eventually } from '@eso/testing';
import { patch } from '../support/bad-input.ts';
import { ASK_AGAIN, Pairing, type PairedProvider, type PairingOrigins, PROVIDERS, TENANT } from './pairing.ts';
import { servedSerial } from './served-certificate.ts';

const MARKER = 'marker-4711';

let pairing: Pairing;

/** The first path of users through these programs, in order: what comes later uses what came before. */
export function testPairing(origins: PairingOrigins): void {
  beforeAll(async () => {
    pairing = await Pairing.start(origins);
  });
  afterAll(() => pairing.stop());

  test.each(PROVIDERS)('%s: a store is valid, and says what it can be used for', storeIsValid);
  test.each(PROVIDERS)('%s: a Secret appears, and follows its backend', secretFollows);
  test.each(PROVIDERS)('%s: extract takes all of a document, find all whose names match', manyValues);
  test.each(PROVIDERS)('%s: an error has its code, and the target stays', errorHasCode);
  test.each(PROVIDERS)('%s: what is gone from the backend goes by its deletion policy', absentGoes);
  test('fake: a use that it does not have is refused in words', unsupportedUse);
  test('fake: a config that is gone is a failure, not an absent secret', configGone);
  test('fake: a config inside a SecretStore is served, or told with a code and a next step', inlineStore);
  test('certificates of five minutes are renewed on both sides while calls go on', certificatesRenewed);
  test('no process ended by itself, and none said a value', nothingSpilled);
}

async function storeIsValid(provider: PairedProvider): Promise<void> {
  const { system, backends } = pairing;
  await backends[provider].prepare();
  await system.providerReady(TENANT, provider, 'True', 'Valid');
  const status = await system.kubectl('-n', TENANT, 'get', 'provider', provider, '-o', 'jsonpath={.status}');
  expect(JSON.parse(status)).toMatchObject({
    // An older provider-aws only reads.
    capabilities: provider === 'fake' ? 'ReadWrite' : (expect.stringMatching(/^Read(Only|Write)$/) as string),
    features: expect.arrayContaining(['get', 'map', 'findByName']) as string[],
  });
}

async function secretFollows(provider: PairedProvider): Promise<void> {
  const { system, backends } = pairing;
  await backends[provider].put('database', `{"password":"${MARKER}-one"}`);
  const name = `${provider}-database`;
  await pairing.apply(name, provider, 'data: [{ secretKey: value, remoteRef: { key: database, property: password } }]');
  await system.ready(TENANT, name, 60_000);
  await system.holds(TENANT, name, { value: `${MARKER}-one` });
  await backends[provider].put('database', `{"password":"${MARKER}-two"}`);
  await pairing.becomes(name, { value: `${MARKER}-two` });
}

async function manyValues(provider: PairedProvider): Promise<void> {
  const backend = pairing.backends[provider];
  await backend.put('app-a', '1');
  await backend.put('app-b', '2');
  await pairing.apply(`${provider}-extract`, provider, 'dataFrom: [{ extract: { key: database } }]');
  await pairing.becomes(`${provider}-extract`, { password: `${MARKER}-two` });
  await pairing.apply(`${provider}-find`, provider, 'dataFrom: [{ find: { name: { regexp: "^app-[ab]$" } } }]');
  await pairing.becomes(`${provider}-find`, { 'app-a': '1', 'app-b': '2' });
}

async function errorHasCode(provider: PairedProvider): Promise<void> {
  const { system } = pairing;
  const name = `${provider}-database`;
  const point = (remoteRef: object): Promise<void> =>
    patch(system, 'externalsecret', TENANT, name, { spec: { data: [{ secretKey: 'value', remoteRef }] } });
  await point({ key: 'absent' });
  await pairing.answeredWith(name, 'SECRET_NOT_FOUND');
  // Fake counts an absent property as an absent secret.
  await point({ key: 'database', property: 'absent' });
  await pairing.answeredWith(name, provider === 'fake' ? 'SECRET_NOT_FOUND' : 'PROPERTY_NOT_FOUND');
  expect(await system.values(TENANT, name)).toEqual({ value: `${MARKER}-two` });
  await point({ key: 'database', property: 'password' });
  await system.ready(TENANT, name);
}

async function absentGoes(provider: PairedProvider): Promise<void> {
  const backend = pairing.backends[provider];
  const name = `${provider}-gone`;
  await backend.put('short-lived', MARKER);
  await pairing.apply(name, provider, deletable('short-lived'));
  await pairing.becomes(name, { value: MARKER });
  await backend.remove('short-lived');
  await pairing.becomes(name, undefined);
}

const deletable = (key: string): string =>
  `target: { deletionPolicy: Delete }\ndata: [{ secretKey: value, remoteRef: { key: ${key} } }]`;

async function unsupportedUse(): Promise<void> {
  await pairing.apply('fake-tags', 'fake', 'dataFrom: [{ find: { tags: { team: a } } }]');
  await pairing.answeredWith('fake-tags', 'UNSUPPORTED');
}

async function configGone(): Promise<void> {
  const { system, backends } = pairing;
  await pairing.apply('fake-config', 'fake', deletable('app-a'));
  await pairing.becomes('fake-config', { value: '1' });
  await system.kubectl('-n', TENANT, 'delete', 'fake', 'fake');
  await pairing.answeredWith('fake-config', 'CONFIG_NOT_FOUND');
  expect(await system.values(TENANT, 'fake-config')).toEqual({ value: '1' });
  await backends.fake.prepare();
  await system.ready(TENANT, 'fake-config');
}

/** What only one side may know yet. */
async function inlineStore(): Promise<void> {
  const { system } = pairing;
  const crd = ['get', 'crd', 'secretstores.external-secrets.io', '--ignore-not-found', '-o', 'name'];
  if ((await system.kubectl(...crd)) !== '')
    await system.apply(`apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: inline, namespace: ${TENANT} }
spec: { provider: { fake: { data: [{ key: inside, value: ${MARKER} }] } } }
`);
  await system.apply(`apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: inline, namespace: ${TENANT} }
spec:
  refreshInterval: 1h
  secretStoreRef: { kind: SecretStore, name: inline }
  data: [{ secretKey: value, remoteRef: { key: inside } }]
`);
  await eventually(async () => {
    const { status } = await system.externalSecret(TENANT, 'inline');
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') expect(await system.values(TENANT, 'inline')).toEqual({ value: MARKER });
    else expect(ready?.message).toMatch(/\[[A-Z_]+\]\. \S/);
  });
}

async function certificatesRenewed(): Promise<void> {
  const { system, backends } = pairing;
  const current = async (namespace: string, secret: string): Promise<string> =>
    new X509Certificate((await system.values(namespace, secret))?.['tls.crt'] ?? '').serialNumber;
  const client = await current(ESO_NAMESPACE, CLIENT_TLS_SECRET);
  const served = {
    fake: await servedSerial(pairing.pod('fake')),
    aws: await servedSerial(pairing.pod('aws')),
  };
  await eventually(async () => expect(await current(ESO_NAMESPACE, CLIENT_TLS_SECRET)).not.toBe(client), ASK_AGAIN);
  for (const provider of PROVIDERS) {
    const pod = pairing.pod(provider);
    await eventually(async () => expect(await servedSerial(pod)).not.toBe(served[provider]), ASK_AGAIN);
    expect(await current(`provider-${provider}`, DEFAULT_PROVIDER_TLS_SECRET)).not.toBe(served[provider]);
    // A connection of before would not show that the new pairs fit each other.
    pod.kill();
    await eventually(() => expect(pod.restarts).toBe(1));
    await pod.waitUntilReady({ port: 'health' });
    await backends[provider].put('database', `{"password":"${MARKER}-renewed"}`);
    await pairing.becomes(`${provider}-database`, { value: `${MARKER}-renewed` });
  }
}

async function nothingSpilled(): Promise<void> {
  const { system } = pairing;
  const { installation } = system;
  const restarts = Object.entries(installation.pods).map(([name, pod]) => [name, pod.restarts] as const);
  expect(Object.fromEntries(restarts)).toEqual({
    core: 0,
    'cert-manager-controller': 0,
    // Those that the certificates asked for.
    'provider-fake': 1,
    'provider-aws': 1,
  });
  const objects = await system.kubectl('get', 'externalsecrets,providers,events', '-A', '-o', 'json');
  const spoken = [installation.logs(), objects].join('\n');
  expect(spoken).toContain('fake-database');
  for (const secret of [MARKER, Buffer.from(MARKER.slice(0, 9)).toString('base64'), 'PRIVATE KEY'])
    expect(spoken).not.toContain(secret);
}

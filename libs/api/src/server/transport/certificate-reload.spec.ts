import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:tls';
import { eventually, type LabKeyPair, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { X509Certificate } from 'node:crypto';
import { connectToProvider, startTestProvider, type TestProvider } from '../../testing/index.ts';
import { IDLE_KIND } from '../testing/idle-kind.ts';

let lab: TlsLab;
let dir: string;
let client: LabKeyPair;
let provider: TestProvider;

beforeEach(async () => {
  lab = await TlsLab.create();
  dir = await lab.directory(await lab.server());
  client = await lab.client();
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [IDLE_KIND] },
    tls: { serverDir: dir, clientDir: await lab.directory(client), serverName: LAB_SERVER_NAME },
  });
});

afterEach(async () => {
  await provider.stop();
  await lab.remove();
});

const serialOf = (pair: LabKeyPair): string => new X509Certificate(pair['tls.crt']).serialNumber;

/** Serial number that a new connection is shown. */
async function servedSerial(): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port: provider.port,
    servername: LAB_SERVER_NAME,
    ca: [lab.authority.certificate, lab.otherAuthority.certificate],
    cert: client['tls.crt'],
    key: client['tls.key'],
    ALPNProtocols: ['h2'],
  });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

async function counted(name: string): Promise<{ labels: object; value: number }[]> {
  const values = (await provider.registry.getSingleMetric(name)?.get())?.values ?? [];
  return values.map(({ labels, value }) => ({ labels, value }));
}

const service = { namespace: 'provider-fake', service: 'provider-fake' };

test('a new certificate is served without a restart, while open connections go on', async () => {
  await provider.client.health.check({});
  const renewed = await lab.server();
  await lab.mount(dir, renewed);
  await eventually(async () => expect(await servedSerial()).toBe(serialOf(renewed)));
  expect((await provider.client.health.check({})).status).toBe(1);
  expect(await counted('eso_provider_certificate_hot_reload_total')).toEqual([{ labels: service, value: 1 }]);
  expect(await counted('eso_provider_certificate_hot_reload_failures_total')).toEqual([]);
});

test.each<[string, (pair: LabKeyPair) => Promise<LabKeyPair> | LabKeyPair, string]>([
  [
    'a key of another certificate',
    async (pair) => ({ ...pair, 'tls.key': (await lab.server())['tls.key'] }),
    'does not belong',
  ],
  ['no certificate at all', (pair) => ({ ...pair, 'tls.crt': 'oops' }), 'holds no readable certificate'],
  ['an expired certificate', () => lab.server({ fault: 'expired' }), 'expired at'],
  [
    'an authority that did not sign it',
    (pair) => ({ ...pair, 'ca.crt': lab.otherAuthority.certificate }),
    'not signed by',
  ],
  ['an unreadable trust bundle', (pair) => ({ ...pair, 'ca.crt': '' }), 'trust bundle'],
  ['an unreadable key', (pair) => ({ ...pair, 'tls.key': 'x' }), 'no readable private key'],
])('%s keeps the old certificate, and is counted once', async (_what, spoil, problem) => {
  const before = await servedSerial();
  await lab.mount(dir, await spoil(await lab.server()));
  await eventually(() => expect(provider.certificates.problem()).toContain(problem));
  await provider.certificates.refresh();
  await provider.certificates.refresh();
  expect(await servedSerial()).toBe(before);
  expect((await provider.client.health.check({})).status).toBe(1);
  expect(await counted('eso_provider_certificate_hot_reload_failures_total')).toEqual([{ labels: service, value: 1 }]);
  expect(await counted('eso_provider_certificate_hot_reload_total')).toEqual([]);

  const repaired = await lab.server();
  await lab.mount(dir, repaired);
  await eventually(async () => expect(await servedSerial()).toBe(serialOf(repaired)));
  expect(provider.certificates.problem()).toBeUndefined();
});

test('clients of an authority that is trusted no longer are sent away and refused', async () => {
  const session = connectHttp2(`https://127.0.0.1:${provider.port}`, {
    servername: LAB_SERVER_NAME,
    ca: lab.authority.certificate,
    cert: client['tls.crt'],
    key: client['tls.key'],
  });
  await once(session, 'remoteSettings');
  const goaway = once(session, 'goaway');
  await lab.mount(dir, await lab.server({ authority: lab.otherAuthority }));
  await goaway;
  session.destroy();

  const connection = { host: '127.0.0.1', port: provider.port, serverName: LAB_SERVER_NAME };
  const ca = lab.otherAuthority.certificate;
  const old = connectToProvider({ ...connection, ca, cert: client['tls.crt'], key: client['tls.key'] });
  await expect(old.health.check({})).rejects.toThrow('does not accept the client certificate');
  old.close();
  const next = await lab.client({ authority: lab.otherAuthority });
  const renewed = connectToProvider({ ...connection, ca, cert: next['tls.crt'], key: next['tls.key'] });
  expect((await renewed.health.check({})).status).toBe(1);
  renewed.close();
});

test('a trust bundle of two authorities lets clients of both in', async () => {
  const both = lab.authority.certificate + lab.otherAuthority.certificate;
  const pair = await lab.server();
  await lab.mount(dir, { ...pair, 'ca.crt': both });
  await eventually(async () => expect(await servedSerial()).toBe(serialOf(pair)));
  for (const authority of [lab.authority, lab.otherAuthority]) {
    const shown = await lab.client({ authority });
    const connection = { host: '127.0.0.1', port: provider.port, serverName: LAB_SERVER_NAME };
    const ca = lab.authority.certificate;
    const caller = connectToProvider({ ...connection, ca, cert: shown['tls.crt'], key: shown['tls.key'] });
    expect((await caller.health.check({})).status).toBe(1);
    caller.close();
  }
});

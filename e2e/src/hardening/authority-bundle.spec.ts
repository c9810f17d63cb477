// Who can write the authority's Secret, and has neither its key nor the key-encryption key, is no authority: nobody is told to trust
// what it puts there, and it is served nowhere. What the key itself vouches for reaches everybody at once.
import { X509Certificate } from 'node:crypto';
import { connect, constants } from 'node:http2';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { CA_SECRET, CLIENT_TLS_SECRET, DEFAULT_PROVIDER_TLS_SECRET } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { createCertificateAuthority, sealBundle, type Signer, wrappedKeySource } from '@eso/pki';
import { systemClock } from '@eso/runtime';
import { ESO_NAMESPACE, eventually, type LabKeyPair, TlsLab } from '@eso/testing';
import { certificateIn, writeSecret } from '../support/authority.ts';
import { System } from '../support/system.ts';

const NAMESPACE = 'provider-fake';
const TLS = DEFAULT_PROVIDER_TLS_SECRET;

let system: System;
let lab: TlsLab;
/** A client with core's identity, from an authority of its own. */
let intruder: LabKeyPair;
/** `ca.crt` of the authority's Secret before anybody wrote it. */
let genuine: string;
beforeAll(async () => {
  lab = await TlsLab.create();
  intruder = await lab.client();
  system = await System.start({ tenants: ['tenant'], providers: { fake: {} } });
  genuine = (await system.values(ESO_NAMESPACE, CA_SECRET))!['ca.crt']!;
}, 120_000);
afterEach(() => writeSecret(system, ESO_NAMESPACE, CA_SECRET, { 'ca.crt': genuine }));
afterAll(async () => {
  await system.stop();
  await lab.remove();
});

const append = (certificates: string): Promise<void> =>
  writeSecret(system, ESO_NAMESPACE, CA_SECRET, { 'ca.crt': genuine + certificates });

/** The provider's new certificate, issued because the one before was deleted. */
async function issuedAnew(): Promise<Readonly<Record<string, string>>> {
  const before = (await system.values(NAMESPACE, TLS))!['tls.crt']!;
  await system.admin.delete(secrets, { namespace: NAMESPACE, name: TLS });
  return certificateIn(system, NAMESPACE, TLS, { before });
}

interface Answer {
  /** `grpc-status`; undefined when the connection ended without one. */
  readonly status: string | undefined;
  /** Serial number of the server's certificate. */
  readonly serial: string | undefined;
}

/** Asks the provider for its health, as whoever has this key pair. */
function ask(pair: Readonly<Record<string, string>>): Promise<Answer> {
  const port = system.installation.providers['fake']!.ports['grpc']!;
  const session = connect(`https://127.0.0.1:${port}`, {
    key: pair['tls.key']!,
    cert: pair['tls.crt']!,
    servername: `provider-fake.${NAMESPACE}.svc`,
    // It is the server that is tested.
    rejectUnauthorized: false,
  });
  return new Promise((resolve) => {
    let answer: Answer = { status: undefined, serial: undefined };
    const note = (headers: Readonly<Record<string, unknown>>): void => {
      const status = headers['grpc-status'];
      if (typeof status === 'string') answer = { ...answer, status };
    };
    session.on('error', () => undefined);
    session.once('close', () => resolve(answer));
    session.once('connect', (_, socket) => {
      const peer = (socket as TLSSocket).getPeerX509Certificate();
      answer = { ...answer, serial: peer?.serialNumber };
    });
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('response', note).on('trailers', note);
    stream.on('error', () => undefined);
    stream.once('close', () => session.close());
    stream.resume();
    // One empty message.
    stream.end(Buffer.alloc(5));
  });
}

const clientPair = async (): Promise<Readonly<Record<string, string>>> =>
  (await system.values(ESO_NAMESPACE, CLIENT_TLS_SECRET))!;

/** Waits until the provider shows this certificate. */
const inUse = async (leaf: Readonly<Record<string, string>>): Promise<void> => {
  const { serialNumber } = new X509Certificate(leaf['tls.crt']!);
  await eventually(async () => expect((await ask(await clientPair())).serial).toBe(serialNumber));
};

/** The installation's key-encryption key. */
const keyFile = (): string => join(dirname(system.installation.endpointOverrides), 'key-encryption-key');

/** The authority's key, as one opens it who has the installation's key-encryption key. */
async function authoritySigner(): Promise<Signer> {
  const stored = (await system.values(ESO_NAMESPACE, CA_SECRET))!;
  return wrappedKeySource({ file: keyFile(), flag: 'the test' }).open(stored);
}

test('a foreign authority in ca.crt of the authority is not published beside the next certificate', async () => {
  await append(intruder['ca.crt']);
  expect((await issuedAnew())['ca.crt']).toBe(genuine);
  expect((await clientPair())['ca.crt']).toBe(genuine);
});

test('a client with the identity of core, from an authority that somebody put there, is not served; core is', async () => {
  await append(intruder['ca.crt']);
  await inUse(await issuedAnew());
  expect((await ask(await clientPair())).status).toBe('0');
  expect((await ask({ ...intruder })).status).not.toBe('0');
});

test('it is told in readiness, in an event and in a metric, until it is taken out', async () => {
  await append(intruder['ca.crt']);
  const { certManagerController: pod } = system.installation;
  const readyz = async () => (await fetch(`http://127.0.0.1:${String(pod.ports['health'])}/readyz`)).status;
  await eventually(async () => expect(await readyz()).toBe(503));
  await system.warned(ESO_NAMESPACE, CA_SECRET, 'take out what does not belong there');
  // What the test before put there may be on its way out only now.
  await eventually(async () =>
    expect(await system.installation.metrics(pod)).toContain('eso_ca_bundle_problems{problem="unknown"} 1\n'),
  );
  await writeSecret(system, ESO_NAMESPACE, CA_SECRET, { 'ca.crt': genuine });
  await eventually(async () => expect(await readyz()).toBe(200));
});

test('what the key of the authority itself vouches for reaches providers and core at once, beside the same key pairs', async () => {
  const leaf = (await system.values(NAMESPACE, TLS))!;
  const client = await clientPair();
  const signer = await authoritySigner();
  const { bundle } = await createCertificateAuthority({ signer, validityMs: 86_400_000, clock: systemClock });
  await append(bundle);
  // A pass over everything comes every ten minutes.
  await eventually(async () => {
    expect(await system.values(NAMESPACE, TLS)).toEqual({ ...leaf, 'ca.crt': genuine + bundle });
    expect(await clientPair()).toEqual({ ...client, 'ca.crt': genuine + bundle });
  });
});

test('a copy of the whole Secret from before a rotation is not used, by the next process neither, and is told', async () => {
  const { certManagerController: pod } = system.installation;
  const readyz = async () => (await fetch(`http://127.0.0.1:${String(pod.ports['health'])}/readyz`)).status;
  const before = (await system.values(ESO_NAMESPACE, CA_SECRET))!;
  const { signer, stored } = await wrappedKeySource({ file: keyFile(), flag: 'the test' }).create();
  const next = await createCertificateAuthority({ signer, validityMs: 365 * 86_400_000, clock: systemClock });
  const seal = await sealBundle({ certificates: [next.certificate], generation: 2, signer });
  const after = { ...stored, 'ca.crt': next.bundle, 'ca.sig': seal };
  await writeSecret(system, ESO_NAMESPACE, CA_SECRET, after);
  genuine = next.bundle;
  const rotated = await eventually(async () => {
    const values = (await system.values(NAMESPACE, TLS))!;
    expect(values['ca.crt']).toBe(next.bundle);
    expect((await clientPair())['ca.crt']).toBe(next.bundle);
    return values;
  });

  await writeSecret(system, ESO_NAMESPACE, CA_SECRET, before);
  await system.warned(ESO_NAMESPACE, CA_SECRET, 'holds another certificate authority than the last one');
  const { restarts } = pod;
  pod.kill('SIGKILL');
  await eventually(() => expect(pod.restarts).toBe(restarts + 1));
  await eventually(async () => expect(await system.installation.metrics(pod)).toContain('\neso_ca_rolled_back 1\n'), {
    timeoutMs: 60_000,
  });
  expect(await readyz()).toBe(503);
  expect(await system.values(NAMESPACE, TLS)).toEqual(rotated);
  expect((await clientPair())['ca.crt']).toBe(next.bundle);

  await writeSecret(system, ESO_NAMESPACE, CA_SECRET, after);
  await eventually(async () => expect(await readyz()).toBe(200));
  expect(await system.values(NAMESPACE, TLS)).toEqual(rotated);
});

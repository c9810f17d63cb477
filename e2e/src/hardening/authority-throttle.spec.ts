// One tenant labels Services by the hundred: how many certificates it gets, what others notice of it, and what is left behind.
import { setTimeout as sleep } from 'node:timers/promises';
import { PROVIDER_TLS_SECRET_PREFIX } from '@eso/api/resources';
import { type Secret, secrets, services } from '@eso/kube';
import { eventually } from '@eso/testing';
import { allowSecrets, certificateIn, createLabelledService, writeSecret } from '../support/authority.ts';
import { System } from '../support/system.ts';

const [CROWD, VICTIM, REFUSED, FORBIDDEN] = ['crowd', 'victim', 'refused', 'forbidden'] as const;
const SERVICES = 300;
const secretName = (index: number): string => `${PROVIDER_TLS_SECRET_PREFIX}${index}`;

let system: System;
beforeAll(async () => {
  system = await System.start({
    tenants: ['tenant'],
    providers: {},
    certificateFlags: [`--provider-namespaces=${[CROWD, VICTIM, REFUSED, FORBIDDEN].join(',')}`],
  });
  const names = Array.from({ length: SERVICES }, (_, index) => secretName(index));
  for (const namespace of [CROWD, VICTIM, REFUSED, FORBIDDEN]) {
    await system.own.cluster.ensureNamespace(namespace);
    await allowSecrets(system, namespace, names);
  }
}, 120_000);
afterAll(() => system.stop());

/** The Secrets of the namespace that have a certificate. */
async function certificates(): Promise<Secret[]> {
  const { items } = await system.admin.list(secrets, { namespace: CROWD });
  return items.filter(({ type }) => type === 'kubernetes.io/tls');
}

/** Streams that the API server has open to those who watch Secrets. */
async function secretWatches(): Promise<number> {
  const text = await system.kubectl('get', '--raw', '/metrics');
  const series = text.matchAll(/^apiserver_longrunning_requests\{([^}]*)\} (\d+)$/gm);
  return [...series].reduce(
    (sum, [, labels = '', count]) =>
      labels.includes('resource="secrets"') && labels.includes('verb="WATCH"') ? sum + Number(count) : sum,
    0,
  );
}

test('Services that can have no certificate hold no watch', async () => {
  const before = await secretWatches();
  const count = 40;
  for (let index = 0; index < count; index++) {
    const metadata = { namespace: REFUSED, name: secretName(index) };
    await system.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data: {} });
    await createLabelledService(system, REFUSED, `refused-${index}`, secretName(index));
  }
  for (let index = 0; index < count; index++)
    await eventually(async () => expect(await system.events(REFUSED, `refused-${index}`)).not.toEqual([]));
  // The watch comes before the event, and the API server counts it a little later.
  await sleep(2_000);
  expect((await secretWatches()) - before).toBeLessThan(5);
  // It is looked at again all the same.
  await system.admin.delete(secrets, { namespace: REFUSED, name: secretName(0) });
  await certificateIn(system, REFUSED, secretName(0), { timeoutMs: 90_000 });
});

test('Services whose Secrets the API server no longer gives hold no watch', async () => {
  const names = [0, 1, 2, 3, 4, 5, 6, 7];
  for (const index of names) await createLabelledService(system, FORBIDDEN, `once-${index}`, secretName(index));
  for (const index of names) await certificateIn(system, FORBIDDEN, secretName(index));
  let before = 0;
  await eventually(async () => expect((before = await secretWatches())).toBeGreaterThanOrEqual(names.length));
  // What is open stays open for the API server: it is the controller that has to end it.
  await system.kubectl('-n', FORBIDDEN, 'delete', 'rolebindings', '--all');
  await eventually(async () => {
    await system.kubectl('-n', FORBIDDEN, 'annotate', 'services', '--all', '--overwrite', `touched=${Date.now()}`);
    expect(await secretWatches()).toBeLessThanOrEqual(before - names.length);
  });
});

test(`${SERVICES} labelled Services of one namespace get certificates at its rate; another one, and a renewal, are served at once`, async () => {
  const begun = performance.now();
  const crowd = Array.from({ length: SERVICES }, (_, index) =>
    createLabelledService(system, CROWD, `crowd-${index}`, secretName(index)),
  );
  await Promise.all(crowd);
  await createLabelledService(system, VICTIM, 'modest', secretName(0));
  await certificateIn(system, VICTIM, secretName(0));

  const held = await eventually(async () => (await certificates())[0]!.metadata.name);
  const { 'tls.crt': certificate = '' } = (await system.values(CROWD, held))!;
  await writeSecret(system, CROWD, held, { 'tls.key': 'spoiled' });
  await certificateIn(system, CROWD, held, { before: certificate });

  await sleep(Math.max(0, 20_000 - (performance.now() - begun)));
  // Ten at once and six a minute: by the time that has passed, and one for the instant between.
  const minutes = (performance.now() - begun) / 60_000;
  expect((await certificates()).length).toBeLessThanOrEqual(10 + Math.ceil(6 * minutes) + 1);
  const warned = await system.kubectl(
    '-n',
    CROWD,
    'get',
    'events',
    '--field-selector=reason=CertificateThrottled',
    '-o',
    'name',
  );
  expect(warned.trim().split('\n').length).toBeGreaterThan(100);
  const text = await system.installation.metrics(system.installation.certManagerController);
  const throttled = /^eso_provider_certificate_throttled_total\{lane="first"\} (\d+)$/m.exec(text)?.[1];
  expect(Number(throttled)).toBeGreaterThan(SERVICES - 30);

  // Who had one and has to wait for the next holds no watch meanwhile.
  const watches = await secretWatches();
  const had = (await certificates()).length;
  await system.kubectl(
    '-n',
    CROWD,
    'delete',
    secrets.plural,
    '--field-selector=type=kubernetes.io/tls',
    '--wait=false',
  );
  await eventually(async () => expect(await secretWatches()).toBeLessThanOrEqual(watches - had + 3));
  await system.kubectl('-n', CROWD, 'delete', services.plural, '--all', '--wait=false');
});

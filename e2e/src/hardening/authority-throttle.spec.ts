// One tenant labels Services by the hundred: how many certificates it gets, what others notice of it, and what is left behind.
import { setTimeout as sleep } from 'node:timers/promises';
import { PROVIDER_TLS_SECRET_PREFIX } from '@eso/api/resources';
import { type Secret, secrets, services } from '@eso/kube';
import { eventually } from '@eso/testing';
import { allowSecrets, certificateIn, createLabelledService, writeSecret } from '../support/authority.ts';
import { System } from '../support/system.ts';

const [CROWD, VICTIM, REFUSED, FORBIDDEN, LIMITED] = ['crowd', 'victim', 'refused', 'forbidden', 'limited'] as const;
const NAMESPACES = [CROWD, VICTIM, REFUSED, FORBIDDEN, LIMITED];
const SERVICES = 300;
/** Of one namespace, where no flag says otherwise. */
const LIMIT = 20;
const secretName = (index: number): string => `${PROVIDER_TLS_SECRET_PREFIX}${index}`;

let system: System;
beforeAll(async () => {
  system = await System.start({
    tenants: ['tenant'],
    providers: {},
    certificateFlags: [`--provider-namespaces=${NAMESPACES.join(',')}`],
  });
  const names = Array.from({ length: SERVICES }, (_, index) => secretName(index));
  for (const namespace of NAMESPACES) {
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

/** How many events of this reason there are. */
async function warned(namespace: string, reason: string): Promise<number> {
  const selector = `--field-selector=reason=${reason}`;
  const names = await system.kubectl('-n', namespace, 'get', 'events', selector, '-o', 'name');
  return names.split('\n').filter(Boolean).length;
}

/** Value of a series of the certificate controller, by its name and labels; undefined where there is none. */
async function metric(series: string): Promise<number | undefined> {
  const text = await system.installation.metrics(system.installation.certManagerController);
  const line = text.split('\n').find((found) => found.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}

test('of a namespace with more than twenty Services the next gets an event and holds no watch, and is let in when one goes', async () => {
  const count = LIMIT + 3;
  const over = `eso_provider_services_over_limit{namespace="${LIMITED}"}`;
  const names = Array.from({ length: count }, (_, index) => `limited-${String(index).padStart(2, '0')}`);
  for (const [index, name] of names.entries()) await createLabelledService(system, LIMITED, name, secretName(index));
  for (const name of names.slice(LIMIT)) await system.warned(LIMITED, name, `and ${LIMIT} of them get certificates`);
  await eventually(async () => expect(await metric(over)).toBe(3));
  const watches = await secretWatches();
  await system.admin.delete(services, { namespace: LIMITED, name: names[0]! });
  await eventually(async () => expect(await metric(over)).toBe(2));
  // The others are in line for theirs: who is let in last waits behind them, as one that was there before would.
  await eventually(async () =>
    expect(await system.events(LIMITED, names[LIMIT]!)).toContainEqual(
      expect.objectContaining({ reason: 'CertificateThrottled' }),
    ),
  );
  expect(await secretWatches()).toBeLessThanOrEqual(watches + 2);
  await system.kubectl('-n', LIMITED, 'delete', services.plural, '--all', '--wait=false');
  await eventually(async () => expect(await metric(over)).toBeUndefined());
});

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
  expect(await warned(CROWD, 'CertificateThrottled')).toBeGreaterThan(0);
  expect(await warned(CROWD, 'CertificateLimitReached')).toBeGreaterThan(100);
  // Of those that may have one at all, ten had to wait; a few may have had their turn before the others came.
  expect(await metric('eso_provider_certificate_throttled_total{lane="first"}')).toBeGreaterThanOrEqual(LIMIT - 13);
  expect(await metric(`eso_provider_services_over_limit{namespace="${CROWD}"}`)).toBe(SERVICES - LIMIT);

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

import { inspectCertificate } from '@eso/pki';
import { type Secret, secrets } from '@eso/kube';
import { ManualClock } from '@eso/runtime';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** No pass of a key follows another sooner. A step of it from a millisecond before an instant stays in that instant's second. */
const LEAST_PAUSE = 1_000;
const CA = 'eso-provider-ca-internal';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

const facts = (secret: Secret) => inspectCertificate(secretEntry(secret, 'tls.crt')!);
const serials = (harness: Harness) =>
  new Set(harness.history.of('external-secrets-provider-tls').map((secret) => facts(secret).serial));

test('a leaf of five minutes is renewed at its own instant, not at the next pass of ten minutes', async () => {
  await using harness = await Harness.start(cluster);
  const clock = new ManualClock(Date.now());
  const running = harness.run({ clock, settings: { lifetime: { validityMs: 5 * MINUTE } } });
  await harness.createService('aws');
  let secret = await harness.newSecret();
  for (let renewal = 1; renewal <= 3; renewal++) {
    await running.idle();
    const { notBefore, notAfter } = facts(secret);
    expect(notAfter.getTime() - notBefore.getTime()).toBe(5 * MINUTE);
    const due = notAfter.getTime() - 2 * MINUTE;
    await clock.advance(due - 1 - clock.now());
    await running.idle();
    expect(await harness.secret()).toEqual(secret);
    // What changes in the last moment, or is heard of late, is a pass of its own, and none follows another sooner than LEAST_PAUSE.
    await harness.annotate('aws', { note: String(renewal) });
    await running.idle();
    await clock.advance(LEAST_PAUSE);
    secret = await harness.newSecret(secret);
    expect(facts(secret).notBefore.getTime()).toBe(Math.floor((due - MINUTE / 2) / 1_000) * 1_000);
  }
  const reason = { reason: 'renewal-due', namespace: harness.provider, service: 'aws' };
  await eventually(async () => expect(await running.metric('eso_provider_certificate_rotation_total', reason)).toBe(3));
});

// The clock must not jump while a pass is under way: its time would be over. So passes are made to fall on the steps.
test('an explicit window is taken as it is', async () => {
  await using harness = await Harness.start(cluster);
  const clock = new ManualClock(Date.now());
  const settings = { lifetime: { validityMs: 2 * DAY, renewalWindowMs: DAY / 2 } };
  const running = harness.run({ clock, settings, resyncMs: 10 * DAY });
  await harness.createService('aws');
  const secret = await harness.newSecret();
  await running.idle();
  await clock.advance(facts(secret).notAfter.getTime() - DAY / 2 - 1 - clock.now());
  await running.idle();
  expect(await harness.secret()).toEqual(secret);
  await clock.advance(LEAST_PAUSE);
  await harness.newSecret(secret);
});

test('through the life of an authority leaves are renewed in time, end with it, and its end is announced', async () => {
  await using harness = await Harness.start(cluster);
  const clock = new ManualClock(Date.now());
  const running = harness.run({ clock, settings: { authorityValidityMs: 55 * DAY }, resyncMs: DAY });
  await harness.createService('aws');
  await harness.newSecret();
  await eventually(async () => expect(await harness.clientSecret()).toBeDefined());
  await running.idle();
  const authority = (await harness.authoritySecret())!;
  const end = inspectCertificate(secretEntry(authority, 'ca.crt')!).notAfter.getTime();
  while (clock.now() < end - DAY) {
    const due = facts((await harness.secret())!).notAfter.getTime() - 12 * DAY;
    await clock.advance(due > clock.now() && due < clock.now() + DAY ? due - clock.now() : DAY);
    await running.idle();
    // For passes that the step overtook: their retry is a minute away at most.
    await clock.advance(MINUTE);
    await running.idle();
    const { notBefore, notAfter } = facts((await harness.secret())!);
    expect(notAfter.getTime() - notBefore.getTime()).toBeLessThanOrEqual(30 * DAY);
    expect(notAfter.getTime()).toBeLessThanOrEqual(end);
    if (notAfter.getTime() < end) expect(notAfter.getTime() - clock.now()).toBeGreaterThan(12 * DAY);
    const inWindow = clock.now() >= end - 22 * DAY;
    // The authority's own pass may be up to a step behind.
    if (Math.abs(clock.now() - (end - 22 * DAY)) > DAY)
      expect(await running.metric('eso_ca_certificate_replacement_due')).toBe(inWindow ? 1 : 0);
  }
  expect(await harness.authoritySecret()).toEqual(authority);
  expect(serials(harness).size).toBe(3);
  expect(harness.history.unusablePairs()).toBe(0);
  await harness.event('CertificateAuthorityExpiring', CA, harness.namespace);

  await clock.advance(end - clock.now());
  await running.idle();
  await clock.advance(MINUTE);
  await harness.event('CertificateAuthorityExpired', CA, harness.namespace);
  expect((await harness.event('CertificateFailed', 'aws')).message).toContain(
    'nothing can be issued until it is replaced',
  );
  expect(await harness.authoritySecret()).toEqual(authority);

  // What the event says to do.
  const last = (await harness.secret())!;
  await harness.admin.delete(secrets, authority.metadata);
  expect(facts(await harness.newSecret(last)).notBefore.getTime()).toBeGreaterThan(end - DAY);
});

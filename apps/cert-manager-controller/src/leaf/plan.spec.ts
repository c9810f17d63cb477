import { type CertificateAuthority, inspectCertificate } from '@eso/pki';
import type { Secret } from '@eso/kube';
import { ManualClock } from '@eso/runtime';
import { secretData, secretEntry } from '../secret-data.ts';
import { DAY, inMemoryAuthority, passOver, testOwner } from '../testing/model.ts';
import { type LeafPlanInput, planLeaf } from './plan.ts';

const owner = testOwner('aws');
const lifetime = { validityMs: 30 * DAY };

let clock: ManualClock;
let authority: CertificateAuthority;
let good: Secret;

function input(stored: Secret | undefined, more: Partial<LeafPlanInput> = {}): LeafPlanInput {
  return { owner, authority, lifetime, stored, nowMs: clock.now(), isClaimed: () => true, ...more };
}

const withData = (change: Record<string, string>): Secret => ({
  ...good,
  data: { ...good.data, ...secretData(change) },
});

beforeEach(async () => {
  clock = new ManualClock();
  authority = await inMemoryAuthority(clock);
  good = (await passOver(input(undefined), clock))!;
});

test('a missing Secret is issued, a good one kept until its renewal', () => {
  expect(planLeaf(input(undefined))).toEqual({ kind: 'issue', reasons: ['secret-missing'] });
  const { notAfter } = inspectCertificate(secretEntry(good, 'tls.crt')!);
  expect(planLeaf(input(good))).toEqual({
    kind: 'keep',
    lifetime: { notAfter: notAfter.getTime(), lookAgainAt: notAfter.getTime() - 12 * DAY },
  });
});

test('what was tampered with is issued anew, with every reason', () => {
  expect(planLeaf(input(withData({ extra: 'x' })))).toEqual({ kind: 'issue', reasons: ['surplus-entries'] });
  expect(planLeaf(input(withData({ 'tls.key': 'x', 'ca.crt': 'x' })))).toEqual({
    kind: 'issue',
    reasons: ['key-unreadable', 'bundle-changed'],
  });
  expect(planLeaf(input({ ...good, metadata: { ...good.metadata, labels: {} } }))).toEqual({
    kind: 'issue',
    reasons: ['ownership-label-missing'],
  });
  expect(planLeaf(input({ ...good, data: {} }))).toEqual({ kind: 'issue', reasons: ['certificate-missing'] });
});

test('where only ca.crt is wrong, it is written anew beside the same pair', async () => {
  const { notAfter } = inspectCertificate(secretEntry(good, 'tls.crt')!);
  for (const changed of [
    withData({ 'ca.crt': authority.bundle + (await inMemoryAuthority(clock)).bundle }),
    withData({ 'ca.crt': '' }),
  ])
    expect(planLeaf(input(changed))).toEqual({
      kind: 'publish',
      lifetime: { notAfter: notAfter.getTime(), lookAgainAt: notAfter.getTime() - 12 * DAY },
      pair: {
        'ca.crt': authority.bundle,
        'tls.crt': secretEntry(good, 'tls.crt'),
        'tls.key': secretEntry(good, 'tls.key'),
      },
    });
  expect(await passOver(input(withData({ 'ca.crt': 'x' })), clock)).toEqual(good);
  expect(planLeaf(input(withData({ 'ca.crt': 'x', extra: 'x' })))).toEqual({
    kind: 'issue',
    reasons: ['surplus-entries', 'bundle-changed'],
  });
  expect(
    planLeaf(
      input(withData({ 'ca.crt': 'x' }), { owner: testOwner('aws', owner.secret.name), lifetime: { validityMs: DAY } }),
    ),
  ).toEqual({
    kind: 'issue',
    reasons: ['bundle-changed', 'validity-too-long'],
  });
});

test('a foreign Secret is refused, also one of another type that carries our marks', () => {
  const foreign = { ...good, metadata: { ...owner.secret } };
  expect(planLeaf(input(foreign))).toMatchObject({ kind: 'refuse', why: 'foreign' });
  expect(planLeaf(input({ ...good, type: 'Opaque' }))).toMatchObject({
    kind: 'refuse',
    message: 'Secret provider-x/external-secrets-provider-tls has type Opaque and not kubernetes.io/tls: delete it',
  });
});

test("another Service's Secret is refused while that one claims it, and taken over with a new key afterwards", async () => {
  const second = testOwner('azure');
  expect(planLeaf(input(good, { owner: second }))).toMatchObject({
    kind: 'refuse',
    why: 'taken',
    message: expect.stringContaining('belongs to provider-x/aws') as string,
  });
  const free = { owner: second, isClaimed: () => false };
  expect(planLeaf(input(good, free))).toEqual({ kind: 'issue', reasons: ['secret-taken-over'] });
  const taken = (await passOver(input(good, free), clock))!;
  expect(taken.data!['tls.key']).not.toBe(good.data!['tls.key']);
  expect(planLeaf(input(taken, { owner: second }))).toMatchObject({ kind: 'keep' });
  expect(planLeaf(input(taken))).toMatchObject({ kind: 'refuse', why: 'taken' });
});

test('through 200 days the leaf is renewed at its own instant, is never in its last 40 %, and ends with the authority', async () => {
  authority = await inMemoryAuthority(clock, 200 * DAY);
  const end = inspectCertificate(authority.certificate).notAfter.getTime();
  let stored = await passOver(input(undefined), clock);
  let renewals = 0;
  while (clock.now() < end) {
    const plan = planLeaf(input(stored));
    if (plan.kind === 'issue') {
      expect(plan.reasons).toEqual(['renewal-due']);
      renewals += 1;
      stored = await passOver(input(stored), clock);
      continue;
    }
    if (plan.kind !== 'keep') throw new Error(`unexpected: ${plan.kind}`);
    const left = plan.lifetime.notAfter - clock.now();
    if (plan.lifetime.notAfter < end) expect(left).toBeGreaterThan(12 * DAY);
    expect(plan.lifetime.notAfter).toBeLessThanOrEqual(end);
    await clock.advance(plan.lifetime.lookAgainAt - clock.now());
  }
  // 18 days each; the one that would outlive the authority ends with it and is the last.
  expect(renewals).toBe(10);
  expect(planLeaf(input(stored))).toEqual({ kind: 'issue', reasons: ['expired'] });
  await expect(passOver(input(stored), clock)).rejects.toMatchObject({ code: 'AUTHORITY_ENDED' });
});

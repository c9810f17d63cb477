/** A tenant with very many ExternalSecrets on one target, beside a tenant with one of each. Counted, never timed. */
import { secrets } from '@eso/kube';
import { CoreProcess } from '../testing/core-process.ts';

const SHARERS = 150;
let core: CoreProcess;
let tenant: string;
let victim: string;
beforeAll(async () => {
  core = await CoreProcess.start();
  for (let i = 0; i < SHARERS; i++) core.backend.set(`key-${i}`, `value-${i}`);
  core.backend.set('user', 'admin');
  tenant = await core.tenant();
  victim = await core.tenant();
}, 120_000);
afterAll(() => core.stop());

/** Makes all of them at once as far as there is room. */
async function many(count: number, make: (index: number) => Promise<unknown>): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index).values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const index of indexes) await make(index);
    }),
  );
}

test(`${SHARERS} on one Secret that is damaged again and again mend it, each once for a damage at most, and another tenant is served`, async () => {
  const metadata = { namespace: tenant, name: 'shared' };
  await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata });
  await many(SHARERS, (index) =>
    core.create(tenant, `sharer-${index}`, [`key-${index}`], {
      spec: { target: { name: 'shared', creationPolicy: 'Merge' } },
    }),
  );
  const whole = Object.fromEntries(Array.from({ length: SHARERS }, (_, i) => [`key-${i}`, `value-${i}`]));
  await core.holds(tenant, 'shared', whole, 120_000);
  await core.atRest();
  // They do not get in each other's way: nobody is asked twice, nor a write refused.
  expect(core.fetches).toBeLessThanOrEqual(SHARERS * 1.1);
  expect(core.proxy.writes.filter(({ resource }) => resource === 'secrets').length).toBeLessThanOrEqual(SHARERS * 1.1);
  await core.create(victim, 'old', ['user']);
  await core.holds(victim, 'old', { user: 'admin' });
  const before = core.fetches;
  const damages = 4;
  for (let damage = 0; damage < damages; damage++) {
    const data = { 'key-0': null, [`key-${damage}`]: null };
    await core.admin.patch(secrets, metadata, { data }, { type: 'merge' });
    await core.admin.delete(secrets, { namespace: victim, name: 'old' });
    await core.create(victim, `new-${damage}`, ['user']);
    await core.holds(victim, `new-${damage}`, { user: 'admin' });
    await core.holds(victim, 'old', { user: 'admin' });
  }
  await core.holds(tenant, 'shared', whole, 120_000);
  await core.atRest();
  // Those of the victim are two each time. One that was under way when the next damage came begins anew.
  const asked = core.fetches - before - 2 * damages;
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(damages * SHARERS * 1.5);
}, 400_000);

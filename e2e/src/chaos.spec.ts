import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { eventually } from '@eso/testing';
import { externalSecretManifest, fakeConfig, fakeStore, System, wholeValues } from './support/system.ts';

/** The issue's own figures: 200 objects, everything back within two minutes, with no hand. */
const OBJECTS = 200;
const CONVERGES_MS = 120_000;
const TENANT = 'chaos';

let system: System;
let round = 0;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
  await system.apply(fakeStore(TENANT, 'store', { value: 'round-0' }));
  await system.providerReady(TENANT, 'store', 'True', 'Valid');
});
afterAll(() => system.stop());

const names = Array.from({ length: OBJECTS }, (_, index) => `es-${String(index)}`);

/** Creates what is missing of the 200, or changes the value that all of them follow. */
async function disturb(): Promise<string> {
  round++;
  const value = `round-${String(round)}`;
  await system.apply(fakeConfig(TENANT, 'store', { value }));
  return value;
}

async function converged(value: string): Promise<void> {
  const encoded = Buffer.from(value).toString('base64');
  await eventually(
    async () => {
      const { items } = await system.admin.list(secrets, { namespace: TENANT });
      const right = items.filter(({ data }) => data?.['value'] === encoded).length;
      const { items: all } = await system.admin.list(externalSecrets, { namespace: TENANT });
      const ready = all.filter(({ status }) =>
        status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
      );
      expect({ right, ready: ready.length }).toEqual({ right: OBJECTS, ready: OBJECTS });
    },
    { timeoutMs: CONVERGES_MS },
  );
}

test('200 ExternalSecrets whose core is killed in the middle of their first sync', async () => {
  const manifests = names.map((name) => externalSecretManifest(TENANT, name, 'store', wholeValues('value')));
  const applying = system.apply(manifests.join('---\n'));
  await eventually(async () =>
    expect((await system.admin.list(secrets, { namespace: TENANT })).items.length).toBeGreaterThan(5),
  );
  system.installation.core.kill();
  await applying;
  await converged('round-0');
});

test('a killed provider', async () => {
  const value = await disturb();
  system.installation.providers['fake']!.kill();
  await converged(value);
});

test('a killed certificate controller, whose certificates are deleted meanwhile', async () => {
  system.installation.certManagerController.kill();
  await system.kubectl('-n', 'external-secrets', 'delete', 'secret', 'eso-provider-client-tls');
  await system.kubectl('-n', 'provider-fake', 'delete', 'secret', 'external-secrets-provider-tls');
  const value = await disturb();
  await converged(value);
  await eventually(async () => {
    await system.secret('external-secrets', 'eso-provider-client-tls');
    await system.secret('provider-fake', 'external-secrets-provider-tls');
  });
  // The new pairs work: a value that comes after them arrives.
  await converged(await disturb());
});

test('a killed API server', async () => {
  const value = await disturb();
  await system.own.controlPlane.killApiServer();
  await sleep(2_000);
  await system.own.controlPlane.startApiServer();
  await converged(value);
});

test('everything at once', async () => {
  const value = await disturb();
  for (const pod of Object.values(system.installation.pods)) pod.kill();
  await system.own.controlPlane.killApiServer();
  await system.own.controlPlane.startApiServer();
  await converged(value);
});

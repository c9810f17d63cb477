import { externalSecrets } from '@eso/api/resources';
import { events } from '@eso/kube';
import { eventually } from '@eso/testing';
import { fakeStore, System } from '../support/system.ts';

const TENANT = 'events';
/** Enough for events to come faster than they are written for longer than a thousand of them can wait. */
const OBJECTS = 2_000;

let system: System;
beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
  await system.apply(fakeStore(TENANT, 'store', { value: 'v' }));
  await system.providerReady(TENANT, 'store', 'True', 'Valid');
});
afterAll(() => system.stop());

/** Creates the ExternalSecrets while core is not looking, so that it meets all of them at once. */
async function createAll(): Promise<void> {
  const left = Array.from({ length: OBJECTS }, (_, index) => `es-${String(index)}`);
  const worker = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop())
      await system.admin.create(externalSecrets, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { namespace: TENANT, name },
        spec: {
          refreshInterval: '1h',
          secretStoreRef: { kind: 'Provider', name: 'store' },
          data: [{ secretKey: 'value', remoteRef: { key: 'value' } }],
        },
      });
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function objectsWithEvent(reason: string): Promise<number> {
  const names = new Set<string>();
  for await (const { items } of system.admin.pages(events, { namespace: TENANT, fieldSelector: `reason=${reason}` }))
    for (const { involvedObject } of items) names.add(involvedObject.name ?? '');
  return names.size;
}

test('of the first syncs of thousands of objects at once, each has its event', async () => {
  const { core } = system.installation;
  core.kill('SIGSTOP');
  await createAll().finally(() => core.kill('SIGCONT'));
  await eventually(
    async () => {
      const { items } = await system.admin.list(externalSecrets, { namespace: TENANT });
      const ready = items.filter(({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      );
      expect(ready).toHaveLength(OBJECTS);
    },
    { timeoutMs: 120_000, intervalMs: 1_000 },
  );
  await eventually(async () => expect(await objectsWithEvent('Created')).toBe(OBJECTS), {
    timeoutMs: 60_000,
    intervalMs: 1_000,
  });
  expect(await system.installation.metrics(core)).not.toMatch(/^events_dropped_total\{/m);
});

import { createRegistry, ManualClock, silentLogger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import { ApiCallCounter } from './api-call-metrics.ts';
import { type BackendKey, BackendPool } from './backend-pool.ts';
import { CredentialCache } from '../credentials/credential-reader.ts';
import { defineKind, type KindOptions } from '../definition.ts';

const { signal } = new AbortController();

interface Config {
  region: string;
}

/** A pool over a kind that writes down which backends were opened and closed. */
function setup(options: Partial<KindOptions<Config>> = {}) {
  const clock = new ManualClock();
  const seen = { opened: [] as string[], closed: [] as string[] };
  const kind = defineKind<Config>({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'Probe',
    plural: 'probes',
    capabilities: 'ReadOnly',
    metricName: 'Probe',
    open: ({ config, source }) => {
      const id = `${config.region}@${source.generation}`;
      seen.opened.push(id);
      return { close: () => void seen.closed.push(id) };
    },
    ...options,
  });
  const pool = new BackendPool({
    credentials: new CredentialCache({ kube: new MemoryObjects(), clock }),
    apiCalls: new ApiCallCounter(createRegistry({ processMetrics: false })),
    clock,
    logger: silentLogger,
  });
  const key = (generation = 1, changes: Partial<BackendKey> = {}): BackendKey => ({
    kind,
    config: { source: { namespace: 'a', name: 'p', uid: 'u1', generation }, spec: { region: 'eu' } },
    credentials: { kind: 'ownNamespace', namespace: 'a' },
    ...changes,
  });
  return { clock, pool, seen, key };
}

test('calls for the same config object share one backend', async () => {
  const { pool, seen, key } = setup();
  const leases = await Promise.all([pool.lease(key(), signal), pool.lease(key(), signal)]);
  expect(leases[0].backend).toBe(leases[1].backend);
  expect(seen.opened).toEqual(['eu@1']);
});

test.each<[string, Partial<BackendKey>]>([
  ['credentials of another namespace', { credentials: { kind: 'ownNamespace', namespace: 'b' } }],
  ['wider credentials', { credentials: { kind: 'anyNamespace', namespace: 'a' } }],
  [
    'a successor of the same name',
    { config: { source: { namespace: 'a', name: 'p', uid: 'u2', generation: 1 }, spec: { region: 'us' } } },
  ],
])('%s means another backend', async (_what, changes) => {
  const { pool, seen, key } = setup();
  await pool.lease(key(), signal);
  await pool.lease(key(1, changes), signal);
  expect(seen.opened).toHaveLength(2);
});

test('a changed config object replaces its backend, which is closed after its last call', async () => {
  const { pool, seen, key } = setup();
  const old = await pool.lease(key(1), signal);
  const current = await pool.lease(key(2), signal);
  expect(seen.opened).toEqual(['eu@1', 'eu@2']);
  expect(seen.closed).toEqual([]);
  old.release();
  await Promise.resolve();
  expect(seen.closed).toEqual(['eu@1']);
  current.release();
  // A call that read the config object a moment earlier does not bring the old version back.
  await pool.lease(key(1), signal);
  expect(seen.opened).toHaveLength(2);
});

test('a discarded backend is opened anew by the next call', async () => {
  const { pool, seen, key } = setup();
  const lease = await pool.lease(key(), signal);
  lease.discard();
  lease.release();
  await pool.lease(key(), signal);
  expect(seen).toEqual({ opened: ['eu@1', 'eu@1'], closed: ['eu@1'] });
});

test('a failure to open is not remembered', async () => {
  let attempts = 0;
  const { pool, key } = setup({
    open: () => {
      attempts += 1;
      if (attempts === 1) throw new ProviderError('CREDENTIALS_REJECTED', 'no');
      return {};
    },
  });
  await expect(pool.lease(key(), signal)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
  await pool.lease(key(), signal);
  expect(attempts).toBe(2);
});

test('a config object with a problem is never opened', async () => {
  const { pool, seen, key } = setup({
    checkConfig: ({ region }) => [{ field: 'spec.region', problem: `no region ${region}`, nextStep: 'use another' }],
  });
  await expect(pool.lease(key(), signal)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    publicMessage: 'no region eu',
    field: 'spec.region',
    nextStep: 'use another',
  });
  expect(seen.opened).toEqual([]);
});

test('a backend that nobody uses is closed after ten minutes', async () => {
  const { clock, pool, seen, key } = setup();
  (await pool.lease(key(), signal)).release();
  await clock.advance(599_999);
  expect(seen.closed).toEqual([]);
  await clock.advance(1);
  expect(seen.closed).toEqual(['eu@1']);
});

test('closing the pool closes idle backends now and used ones when they are released', async () => {
  const { pool, seen, key } = setup();
  const used = await pool.lease(key(), signal);
  (await pool.lease(key(1, { credentials: { kind: 'ownNamespace', namespace: 'b' } }), signal)).release();
  pool.close();
  await Promise.resolve();
  expect(seen.closed).toHaveLength(1);
  used.release();
  await Promise.resolve();
  expect(seen.closed).toHaveLength(2);
});

/** A running system, scraped by the real Prometheus: what the chart's dashboard and alerts ask has an answer. */
import { connect } from 'node:http2';
import { eventually, providerAddress } from '@eso/testing';
import { ALERTS_FILE, alerts } from '../../tools/charts/alerts/alerts.ts';
import { asAsked, dashboardPanels, dashboardQueries, jobSelector } from '../../tools/prometheus/dashboard.ts';
import { ensurePrometheus } from '../../tools/prometheus/ensure.ts';
import { Prometheus } from '../../tools/prometheus/server.ts';
import { externalSecretManifest, fakeStore, providerManifest, System, wholeValues } from './support/system.ts';

/** The package is fetched, where nobody has done so before. */
const FETCH_MS = 300_000;
/** A rate needs two scrapes, and something in between. */
const ANSWERED_MS = 90_000;
const TENANT = 'observed';
const JOBS = ['core', 'cert-manager-controller', 'provider-fake', 'provider-aws'];

let system: System;
let prometheus: Prometheus;

beforeAll(async () => {
  const programs = await ensurePrometheus((text) => void process.stderr.write(`${text}\n`));
  // Nothing listens there: a cloud that cannot be reached is asked, too.
  const env = { AWS_SECRETSMANAGER_ENDPOINT: 'http://127.0.0.1:1' };
  system = await System.start({ tenants: [TENANT], providers: { fake: {}, aws: { env } } });
  const { pods } = system.installation;
  prometheus = await Prometheus.start({
    program: programs.prometheus,
    targets: Object.entries(pods).map(([job, { ports }]) => ({ job, address: `127.0.0.1:${ports['metrics']}` })),
    rules: [ALERTS_FILE],
  });
  await system.apply(fakeStore(TENANT, 'store', { username: 'demo' }));
  await system.apply(externalSecretManifest(TENANT, 'good', 'store', wholeValues('username')));
  await system.apply(externalSecretManifest(TENANT, 'bad', 'store', wholeValues('absent')));
  await system.apply(UNREACHABLE);
  await system.apply(MORE_STORES);
  await system.apply(externalSecretManifest(TENANT, 'unreachable', 'aws', wholeValues('any')));
  await system.ready(TENANT, 'good');
  await strangerCalls(system.installation.providers['fake']!.ports['grpc']!);
}, FETCH_MS);
afterAll(async () => {
  await prometheus.stop();
  await system.stop();
});

const UNREACHABLE = `apiVersion: v1
kind: Secret
metadata: { name: keys, namespace: ${TENANT} }
stringData: { id: demo, secret: demo }
---
apiVersion: provider.external-secrets.io/v2alpha1
kind: SecretsManager
metadata: { name: aws, namespace: ${TENANT} }
spec:
  region: eu-central-1
  auth:
    secretRef:
      accessKeyIDSecretRef: { name: keys, key: id }
      secretAccessKeySecretRef: { name: keys, key: secret }
---
${providerManifest(TENANT, 'aws', 'aws', '{ apiVersion: provider.external-secrets.io/v2alpha1, kind: SecretsManager, name: aws }', providerAddress('aws'))}`;

/** One of each other kind of store. */
const MORE_STORES = `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: store, namespace: ${TENANT} }
spec: { provider: { fake: { data: [{ key: a, value: b }] } } }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: store }
spec: { provider: { fake: { data: [{ key: a, value: b }] } } }
---
apiVersion: external-secrets.io/v1
kind: ClusterProvider
metadata: { name: store }
spec:
  address: ${providerAddress('fake')}
  authenticationScope: ProviderNamespace
  providerRef: { apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: none, namespace: provider-fake }
`;

/** A call without a certificate. It is refused, and counted. */
async function strangerCalls(port: number): Promise<void> {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const call = session.request({ ':method': 'POST', ':path': '/grpc.health.v1.Health/Check' });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  for (const event of ['close', 'error']) call.on(event, () => resolve(undefined));
  session.on('error', () => resolve(undefined));
  call.end();
  await promise;
  session.destroy();
}

/** Queries that answer no series with a value. */
async function unanswered(queries: readonly string[]): Promise<string[]> {
  const silent: string[] = [];
  for (const query of queries) {
    const samples = await prometheus.query(query);
    if (!samples.some(({ value }) => value[1] !== 'NaN')) silent.push(query);
  }
  return silent;
}

const asked = dashboardQueries.map(({ expr }) => asAsked(expr, JOBS, '1m'));

test('each process of the installation is a job of the dashboard, and nothing else is', async () => {
  await eventually(
    async () => {
      const samples = await prometheus.query(jobSelector());
      expect([...new Set(samples.map(({ metric }) => metric['job']))].sort()).toEqual([...JOBS].sort());
    },
    { timeoutMs: ANSWERED_MS },
  );
});

test(
  'every query of the dashboard answers',
  async () => {
    expect(dashboardPanels.length).toBeGreaterThan(20);
    await eventually(async () => expect(await unanswered(asked)).toEqual([]), { timeoutMs: ANSWERED_MS });
    console.log(`${asked.length} queries of ${dashboardPanels.length} panels answer`);
  },
  ANSWERED_MS + 10_000,
);

test('and would not, were any metric of it called something else', async () => {
  const names = await prometheus.query('group by (__name__) ({__name__!=""})');
  const served = new Set(names.map(({ metric }) => metric['__name__'] ?? ''));
  const renamed = asked.flatMap((query) => {
    const words = [...new Set(query.match(/\b[a-z]+(?:_[a-z0-9]+)+\b/g))].filter((word) => served.has(word));
    expect({ query, words }).not.toEqual({ query, words: [] });
    return words.map((word) => query.replaceAll(new RegExp(`\\b${word}\\b`, 'g'), `${word}_once`));
  });
  expect(await unanswered(renamed)).toEqual(renamed);
});

test('every alert is evaluated without an error', async () => {
  const rules = await eventually(
    async () => {
      const running = await prometheus.rules();
      expect(running.filter(({ health }) => health === 'unknown')).toEqual([]);
      return running;
    },
    { timeoutMs: ANSWERED_MS },
  );
  expect(rules.map(({ name }) => name).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  expect(rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => [name, lastError])).toEqual([]);
});

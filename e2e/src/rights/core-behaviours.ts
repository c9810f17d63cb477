import { get } from 'node:https';
import { FINALIZER_EXTERNAL_SECRET, FINALIZER_SECRET_STORE } from '@eso/api/resources';
import { eventually, type Pod, providerAddress } from '@eso/testing';
import { externalSecretManifest, fakeConfig, fakeStore, type System, wholeValues } from '../support/system.ts';
import type { Behaviour } from './behaviour.ts';
import { TEAM, type World } from './world.ts';

const ready = ({ system }: World, kind: string, name: string, status = 'True'): Promise<string> =>
  system.kubectl('-n', TEAM, 'wait', `${kind}/${name}`, `--for=condition=Ready=${status}`, '--timeout=60s');

/** Status of a scrape as a ServiceAccount of the team, over TLS without a look at who answers. */
async function scrape(system: System, { ports }: Pod, name: string): Promise<number> {
  const { token } = await system.admin.createToken({ namespace: TEAM, name });
  const options = { port: ports['metrics'], path: '/metrics', rejectUnauthorized: false, agent: false };
  return new Promise((resolve, reject) => {
    const asked = get({ ...options, host: '127.0.0.1', headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
  });
}

/** Core, in the order in which it is asked for them. */
export const CORE_BEHAVIOURS: readonly Behaviour[] = [
  {
    name: 'core leads, and keeps its Lease',
    run: ({ system }) => system.installation.core.waitUntilReady({ port: 'health' }),
    atStart: true,
    needs: [
      'external-secrets/external-secrets  external-secrets  leases.coordination.k8s.io: create',
      'external-secrets/external-secrets  external-secrets  leases.coordination.k8s.io "external-secrets-controller": get, update',
      'external-secrets/external-secrets  (cluster)  clusterproviderclasses.external-secrets.io: watch',
      'external-secrets/external-secrets  (cluster)  clusterproviders.external-secrets.io: watch',
      'external-secrets/external-secrets  (cluster)  clustersecretstores.external-secrets.io: watch',
      'external-secrets/external-secrets  (cluster)  endpointslices.discovery.k8s.io: watch',
      'external-secrets/external-secrets  (cluster)  namespaces: watch',
      'external-secrets/external-secrets  (cluster)  services: watch',
      'external-secrets/external-secrets  team  externalsecrets.external-secrets.io: watch',
      'external-secrets/external-secrets  team  providerclasses.external-secrets.io: watch',
      'external-secrets/external-secrets  team  providers.external-secrets.io: watch',
      'external-secrets/external-secrets  team  secretstores.external-secrets.io: watch',
      'external-secrets/external-secrets  team  secrets: watch',
    ],
  },
  {
    name: 'core says whether the classes of installed providers are healthy',
    run: (world) => ready(world, 'clusterproviderclass', 'fake'),
    atStart: true,
    needs: ['external-secrets/external-secrets  (cluster)  clusterproviderclasses/status.external-secrets.io: update'],
  },
  {
    name: 'core makes a Secret of an ExternalSecret, with its conditions and an event',
    run: async ({ system }) => {
      await system.apply(fakeStore(TEAM, 'store', { username: 'demo', password: 'one' }));
      await system.apply(externalSecretManifest(TEAM, 'database', 'store', wholeValues('username', 'password'), '1h'));
      await system.ready(TEAM, 'database');
    },
    needs: [
      'external-secrets/external-secrets  team  secrets: create',
      'external-secrets/external-secrets  team  externalsecrets/status.external-secrets.io: update',
      'external-secrets/external-secrets  team  providers/status.external-secrets.io: update',
      'external-secrets/external-secrets  team  events: create',
      'provider-fake/provider-fake  (cluster)  fakes.provider.external-secrets.io: get',
      'provider-fake/provider-fake  team  providers.external-secrets.io: get',
    ],
  },
  {
    name: 'core owns what it makes, and holds the deletion of its owner back until it is gone',
    run: async ({ system }) => {
      const { metadata } = await system.secret(TEAM, 'database');
      expect(metadata.ownerReferences).toMatchObject([{ kind: 'ExternalSecret', blockOwnerDeletion: true }]);
    },
    needs: [],
    within: {
      right: 'external-secrets/external-secrets  team  externalsecrets/finalizers.external-secrets.io: update',
      send: async ({ system, core }) => {
        const { metadata, data } = await system.secret(TEAM, 'renamed');
        const { name, labels, annotations, ownerReferences } = metadata;
        const again = { name: `${name}-again`, namespace: TEAM, labels, annotations, ownerReferences };
        const body = { apiVersion: 'v1', kind: 'Secret', metadata: again, data };
        await core.request('POST', `/api/v1/namespaces/${TEAM}/secrets`, { query: { dryRun: 'All' }, body });
      },
    },
  },
  {
    name: 'core puts right a Secret that was edited',
    run: async ({ system }) => {
      await system.kubectl('-n', TEAM, 'patch', 'secret', 'database', '-p', '{"stringData":{"password":"forged"}}');
      await system.holds(TEAM, 'database', { username: 'demo', password: 'one' });
    },
    needs: ['external-secrets/external-secrets  team  secrets: get, update'],
  },
  {
    name: 'core deletes the Secret of a target that has another name now',
    run: async ({ system }) => {
      const renamed = '{"spec":{"target":{"name":"renamed"}}}';
      await system.kubectl('-n', TEAM, 'patch', 'externalsecret', 'database', '--type=merge', '-p', renamed);
      await system.holds(TEAM, 'renamed', { username: 'demo', password: 'one' });
      await eventually(async () => expect(await system.values(TEAM, 'database')).toBeUndefined());
    },
    needs: ['external-secrets/external-secrets  team  secrets: delete'],
  },
  {
    name: 'core reads what a template refers to, and follows it',
    run: async ({ system }) => {
      const texts = (text: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: templates, namespace: ${TEAM} }
data: { greeting: '${text}' }
---
apiVersion: v1
kind: Secret
metadata: { name: templates, namespace: ${TEAM} }
stringData: { parting: '${text}' }
`;
      const items = (key: string): string => `{ name: templates, items: [{ key: ${key} }] }`;
      await system.apply(texts('hello'));
      await system.apply(
        externalSecretManifest(
          TEAM,
          'templated',
          'store',
          `${wholeValues('username')}\ntarget: { template: { templateFrom: [{ configMap: ${items('greeting')} }, { secret: ${items('parting')} }] } }`,
          '1h',
        ),
      );
      await system.holds(TEAM, 'templated', { greeting: 'hello', parting: 'hello' });
      await system.apply(texts('good day'));
      await system.holds(TEAM, 'templated', { greeting: 'good day', parting: 'good day' });
    },
    needs: ['external-secrets/external-secrets  team  configmaps: get, watch'],
  },
  {
    name: 'core counts an event that comes again',
    run: async (world) => {
      const { system } = world;
      const type = (key: string): Promise<string> =>
        system.kubectl('-n', TEAM, 'patch', 'externalsecret', 'templated', '--type=merge', '-p', `{"spec":{"data":[{"secretKey":"username","remoteRef":{"key":"${key}"}}]}}`); // prettier-ignore
      for (const [key, status] of [
        ['absent', 'False'],
        ['username', 'True'],
        ['absent', 'False'],
        ['username', 'True'],
      ] as const) {
        await type(key);
        await ready(world, 'externalsecret', 'templated', status);
      }
      await eventually(async () => {
        const counts = (await system.events(TEAM, 'templated')).map(({ count = 0 }) => count);
        expect(Math.max(...counts)).toBeGreaterThan(1);
      });
    },
    needs: ['external-secrets/external-secrets  team  events: patch'],
  },
  {
    name: 'core validates stores and classes of every kind, and says so',
    run: async (world) => {
      await world.system.apply(fakeConfig(TEAM, 'config', { username: 'demo' }));
      await world.system.apply(STORES);
      for (const kind of ['clusterprovider', 'clustersecretstore', 'secretstore', 'providerclass'])
        await ready(world, kind, 'every');
    },
    needs: [
      'external-secrets/external-secrets  (cluster)  clusterproviders/status.external-secrets.io: update',
      'external-secrets/external-secrets  (cluster)  clustersecretstores/status.external-secrets.io: update',
      'external-secrets/external-secrets  team  providerclasses/status.external-secrets.io: update',
      'external-secrets/external-secrets  team  secretstores/status.external-secrets.io: update',
      'external-secrets/external-secrets  default  events: create',
      'provider-fake/provider-fake  (cluster)  clusterproviders.external-secrets.io: get',
      'provider-fake/provider-fake  (cluster)  clustersecretstores.external-secrets.io: get',
      'provider-fake/provider-fake  team  secretstores.external-secrets.io: get',
    ],
  },
  {
    name: 'core says of a Service that is not among those of providers what is wrong with it',
    run: async (world) => {
      const { system } = world;
      await system.apply(`
apiVersion: v1
kind: Service
metadata: { name: plain, namespace: ${TEAM} }
spec: { ports: [{ port: 8080 }] }
---
apiVersion: external-secrets.io/v1
kind: ClusterProvider
metadata: { name: plain }
spec: { address: 'plain.${TEAM}.svc:8080', providerRef: { apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: config, namespace: ${TEAM} } }
`);
      await ready(world, 'clusterprovider', 'plain', 'False');
    },
    needs: ['external-secrets/external-secrets  (cluster)  services: get'],
  },
  {
    name: 'core takes off the finalizers that an earlier installation left',
    run: async ({ system }) => {
      const held = [['externalsecret', 'templated', FINALIZER_EXTERNAL_SECRET], ['secretstore', 'every', FINALIZER_SECRET_STORE], ['clustersecretstore', 'every', FINALIZER_SECRET_STORE]] as const; // prettier-ignore
      for (const [kind, name, finalizer] of held) {
        const patch = JSON.stringify({ metadata: { finalizers: [finalizer] } });
        await system.kubectl('-n', TEAM, 'patch', kind, name, '--type=merge', '-p', patch);
        await system.kubectl('-n', TEAM, 'delete', kind, name, '--timeout=60s');
      }
    },
    needs: [
      'external-secrets/external-secrets  team  externalsecrets.external-secrets.io: patch',
      'external-secrets/external-secrets  team  secretstores.external-secrets.io: patch',
      'external-secrets/external-secrets  (cluster)  clustersecretstores.external-secrets.io: patch',
    ],
  },
  {
    name: 'core counts an event about a cluster-scoped store that comes again',
    run: async (world) => {
      for (const address of ['absent', 'fake', 'absent', 'fake']) {
        const patch = JSON.stringify({ spec: { address: providerAddress(address) } });
        await world.system.kubectl('patch', 'clusterprovider', 'every', '--type=merge', '-p', patch);
        await ready(world, 'clusterprovider', 'every', address === 'fake' ? 'True' : 'False');
      }
      await eventually(async () => {
        const counts = (await world.system.events('default', 'every')).map(({ count = 0 }) => count);
        expect(Math.max(0, ...counts)).toBeGreaterThan(1);
      });
    },
    needs: ['external-secrets/external-secrets  default  events: patch'],
  },
  {
    name: 'core shows metrics to those who may see them, and to nobody else',
    run: async ({ system }) => {
      const flags = ['--metrics-secure', '--metrics-auth'];
      const guarded = await system.installation.runCore({ name: 'guarded', flags });
      await eventually(async () => {
        expect(await scrape(system, guarded, 'scraper')).toBe(200);
        expect(await scrape(system, guarded, 'stranger')).toBe(403);
      });
    },
    needs: [
      'external-secrets/external-secrets  (cluster)  tokenreviews.authentication.k8s.io: create',
      'external-secrets/external-secrets  (cluster)  subjectaccessreviews.authorization.k8s.io: create',
    ],
  },
];

const STORES = `
apiVersion: external-secrets.io/v1
kind: ClusterProvider
metadata: { name: every }
spec:
  address: provider-fake.provider-fake.svc:8080
  providerRef: { apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: config, namespace: ${TEAM} }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: every }
spec: { provider: { fake: { data: [{ key: username, value: demo }] } } }
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: every, namespace: ${TEAM} }
spec: { provider: { fake: { data: [{ key: username, value: demo }] } } }
---
apiVersion: external-secrets.io/v1alpha1
kind: ProviderClass
metadata: { name: every, namespace: ${TEAM} }
spec: { address: 'provider-fake.provider-fake.svc:8080' }
`;

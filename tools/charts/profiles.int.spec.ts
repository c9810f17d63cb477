/** Each profile, installed by the real Helm on a real API server: every right of its table holds there, and its pods are let in where little is. */
import type { KubeClient } from '@eso/kube';
import {
  eventually,
  mayDo,
  type OwnControlPlane,
  ownControlPlane,
  type Right,
  rightsOf,
  serviceAccountUser,
} from '@eso/testing';
import { Helm, objectsOf, type Rendered } from './helm.ts';
import { chartIn, chartsOf, profiles } from './profiles.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const PROFILE_MS = 120_000;
/** Namespaces that the profiles speak of, and one that none does. */
const NAMESPACES = ['team-a', 'team-b', 'vault', 'elsewhere'];
/** The API server of tests does not know these. */
const WITHOUT_MONITORS = 'serviceMonitor.renderMode=skipIfMissing';

let own: OwnControlPlane;
let client: KubeClient;
let helm: Helm;
beforeAll(async () => {
  own = await ownControlPlane();
  client = own.cluster.client();
  helm = await Helm.prepare(own.cluster.adminKubeconfig, own.controlPlane.dir);
  for (const namespace of NAMESPACES) await own.cluster.ensureNamespace(namespace);
}, BUILD_MS);
afterAll(() => own.cluster.stop());

const allowed = ({ account, ...access }: Right): Promise<boolean> => mayDo(client, serviceAccountUser(account), access);

interface Deployment extends Rendered {
  readonly spec: {
    readonly template: { readonly metadata: object; readonly spec: { readonly serviceAccountName: string } };
  };
}

describe.each(profiles)('profile %s', (profile) => {
  const objects: Rendered[] = [];

  beforeAll(async () => {
    for (const chart of chartsOf(profile)) {
      const rules = chart === 'external-secrets' ? ['--set=prometheusRule.renderMode=skipIfMissing'] : [];
      const args = [...rules, '--namespace', chart, '--create-namespace', `--set=${WITHOUT_MONITORS}`];
      const { code, stderr } = await helm.run('install', chart, ...chartIn(profile, chart), ...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      objects.push(...objectsOf((await helm.run('get', 'manifest', chart, '--namespace', chart)).stdout));
    }
  }, PROFILE_MS);

  afterAll(async () => {
    for (const chart of chartsOf(profile).reverse()) {
      const { code, stderr } = await helm.run('uninstall', chart, '--namespace', chart);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
    // The next one is installed anew: a rule that it lacks must not hold because of this one.
    for (const { account } of rightsOf(objects).slice(0, 1))
      await eventually(async () =>
        expect(await allowed({ account, verb: 'list', group: '', resource: 'services' })).toBe(false),
      );
  }, PROFILE_MS);

  test(
    'every right of its table holds',
    async () => {
      const rights = rightsOf(objects);
      // Where somebody else grants them, there are none.
      expect(rights.length > 0).toBe(profile !== 'own-policies');
      for (const right of rights)
        await eventually(async () =>
          expect({ right, allowed: await allowed(right) }).toEqual({ right, allowed: true }),
        );
    },
    PROFILE_MS,
  );

  test('Secrets of a namespace that it does not speak of are nobody’s but a core’s that serves all', async () => {
    const deployments = objects.filter(({ kind }) => kind === 'Deployment') as Deployment[];
    const accounts = deployments.map(
      ({ metadata, spec }) => `${metadata.namespace ?? ''}/${spec.template.spec.serviceAccountName}`,
    );
    for (const account of accounts)
      for (const [verb, resource] of [
        ['get', 'secrets'],
        ['create', 'secrets'],
        ['create', 'serviceaccounts/token'],
      ] as const)
        // prettier-ignore
        for (const namespace of ['elsewhere', undefined]) {
          const right: Right = { account, verb, group: '', resource, ...(namespace && { namespace }) };
          const expected =
            profile === 'whole-cluster' && account === 'external-secrets/external-secrets' && resource === 'secrets';
          expect({ right, allowed: await allowed(right) }).toEqual({ right, allowed: expected });
        }
  });

  test('its pods are let into a namespace that takes restricted ones alone', async () => {
    const deployments = objects.filter(({ kind }) => kind === 'Deployment') as Deployment[];
    expect(deployments.length).toBeGreaterThan(2);
    for (const { metadata, spec } of deployments) {
      const namespace = metadata.namespace ?? '';
      const label = 'pod-security.kubernetes.io/enforce=restricted';
      expect(await own.cluster.kubectl('label', '--overwrite', 'namespace', namespace, label)).toMatchObject({
        code: 0,
      });
      const path = `/api/v1/namespaces/${namespace}/pods`;
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...spec.template.metadata, name: 'as-rendered' } };
      const dry = { query: { dryRun: 'All' } };
      await client.request('POST', path, { ...dry, body: { ...pod, spec: spec.template.spec } });
      const open = { ...spec.template.spec, hostNetwork: true };
      await expect(client.request('POST', path, { ...dry, body: { ...pod, spec: open } })).rejects.toThrow();
    }
  });
});

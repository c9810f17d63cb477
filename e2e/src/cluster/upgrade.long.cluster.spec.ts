/** From the release before this one to this one and back, while every ExternalSecret is read each second. */
import { join } from 'node:path';
import { eventually } from '@eso/testing';
import { KubeClient, loadConnection } from '@eso/kube';
import { Helm } from '../../../tools/charts/helm.ts';
import { PREVIOUS_REPOSITORY, previousRelease } from '../../../tools/cluster/previous/previous-release.ts';
import { ErrorCounters } from '../../../tools/cluster/testing/error-counters.ts';
import { objectsIn, objectsLabelled } from '../../../tools/cluster/testing/installation.ts';
import { LATER_FIELD, laterCharts } from '../../../tools/cluster/testing/later-charts.ts';
import { Load } from '../../../tools/cluster/testing/load.ts';
import { clusterUnderTest, createNamespaces, restrictedNamespace } from '../../../tools/cluster/testing/pods.ts';
import {
  CORE,
  imagesOfPods,
  PROVIDER,
  STAYS_WITH_CORE,
  takeOff,
  waitUntilRolledOut,
  WORKLOADS,
} from '../../../tools/cluster/testing/releases.ts';
import { buildArchive } from '../../../tools/image/testing/built-image.ts';
import { RefreshWatch } from '../support/refreshes.ts';

/** Images of two releases and Helm are built, where nobody has done so before. */
const BUILD_MS = 2_400_000;
const TENANT = 'upgrade-tenant';
/** What images of this release are called. */
const REPOSITORY = 'localhost/external-secrets';
/** Its image is never imported. */
const UNPULLED = 'provider-aws';
const OBJECTS = Number(process.env['CLUSTER_LOAD'] ?? 60);
/** How often each is read before it is believed that things go on. */
const REFRESHES = 2;
/** For each step: a machine that does much else reads some of them in a second instead of all. */
const STEP_MS = 900_000;
/** What has to end, also where the beginning failed. */
const ends: (() => unknown)[] = [];

const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const load = new Load({ namespace: TENANT, objects: OBJECTS });

let helm: Helm;
let previousCharts: string;
let charts: string;
let watch: RefreshWatch;
let counters: ErrorCounters;

async function run(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await helm.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

/** The images of one release of a chart: values of the user otherwise stay from release to release. */
const imagesFrom = (repository: string, release: string): string[] =>
  release === PROVIDER
    ? [`--set=image.repository=${repository}/${PROVIDER}`]
    : [
        `--set=image.repository=${repository}/core`,
        `--set=certManagerController.image.repository=${repository}/cert-manager-controller`,
      ];

/** Waits until each has been read some times since the last `begin`. */
const everyOneIsRead = (): Promise<void> =>
  eventually(
    () => {
      const slow = load.names.filter((name) => watch.of(name).count < REFRESHES);
      expect(slow).toEqual([]);
    },
    { timeoutMs: 300_000, intervalMs: 500 },
  );

/** Does `change` under load, and expects that no user and no counter noticed it. */
async function unnoticed(what: string, change: () => Promise<void>): Promise<void> {
  const before = await transitions();
  watch.begin();
  await counters.begin();
  const start = performance.now();
  await change();
  const took = performance.now() - start;
  const seen = load.names.map((name) => watch.of(name));
  const syncs = seen.reduce((sum, { count }) => sum + count, 0);
  const gap = Math.max(...seen.map(({ longestGapMs }) => longestGapMs));
  print(
    `${what}: ${(took / 1_000).toFixed(1)} s, ${syncs} syncs of ${load.names.length} ExternalSecrets meanwhile, ` +
      `at most ${(gap / 1_000).toFixed(1)} s between two of one; tried again: ${JSON.stringify(counters.retried())}`,
  );
  await everyOneIsRead();
  expect(load.names.flatMap((name) => watch.of(name).failures)).toEqual([]);
  expect(await transitions()).toEqual(before);
  expect({ errors: counters.errors(), logged: counters.logged }).toEqual({ errors: {}, logged: [] });
  expect(counters.samples).toBeGreaterThan(WORKLOADS.length);
  expect(await load.wrong(cluster)).toEqual([]);
}

/** When each became Ready: what a flip changes that no watch has seen. */
const transitions = (): Promise<string> => {
  const time = '{.status.conditions[?(@.type=="Ready")].lastTransitionTime}';
  const path = `jsonpath={range .items[*]}{.metadata.name} ${time}{"\\n"}{end}`;
  return kubectl('-n', TENANT, 'get', 'externalsecrets', '-o', path);
};

beforeAll(async () => {
  const previous = await previousRelease(print);
  print(`the release before this one is ${previous.commit.slice(0, 12)}`);
  previousCharts = previous.charts;
  charts = await laterCharts(join(cluster.dir, 'later-charts'));
  for (const archive of previous.archives) await cluster.importImage(archive);
  for (const { app } of WORKLOADS) await cluster.importImage(await buildArchive(app));
  helm = await Helm.prepare(cluster.kubeconfig, cluster.dir);
  ends.push(() => takeOff(cluster, helm, [PROVIDER, CORE], TENANT, UNPULLED));
  await createNamespaces(cluster, ...[CORE, PROVIDER, TENANT].map((name) => restrictedNamespace(name)));
  for (const release of [CORE, PROVIDER]) {
    const values = release === PROVIDER ? [`--set=tenantNamespaces={${TENANT}}`] : [];
    const images = imagesFrom(PREVIOUS_REPOSITORY, release);
    await run('install', release, join(previousCharts, release), '--namespace', release, ...values, ...images);
  }
  await waitUntilRolledOut(cluster);
  await load.apply(cluster);
  const client = new KubeClient({
    connection: await loadConnection({ kubeconfig: cluster.kubeconfig }),
    userAgent: 'test',
  });
  ends.push(() => client.close());
  watch = await RefreshWatch.start(client, TENANT);
  ends.push(() => watch.stop());
  counters = await ErrorCounters.start(cluster);
  ends.push(() => counters.stop());
  watch.begin();
  await everyOneIsRead();
}, BUILD_MS);
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** `helm upgrade` of one release, as docs/install.md has it. */
async function upgrade(release: string, folder: string, repository: string, ...more: readonly string[]): Promise<void> {
  const flags = ['--namespace', release, '--reset-then-reuse-values', '--wait', '--timeout=600s'];
  await run('upgrade', release, join(folder, release), ...flags, ...imagesFrom(repository, release), ...more);
}

const rollBack = (release: string, revision?: string): Promise<void> =>
  run('rollback', release, ...(revision ? [revision] : []), '--namespace', release, '--wait', '--timeout=600s');

/** Every pod is ready, and of images of this release or of the one before. */
async function expectPodsOf(repository: string): Promise<void> {
  await waitUntilRolledOut(cluster);
  for (const namespace of [CORE, PROVIDER]) {
    await eventually(
      async () => {
        const images = await imagesOfPods(cluster, namespace);
        expect(images.filter((image) => !image.startsWith(`${repository}/`))).toEqual([]);
        expect(images.length).toBeGreaterThan(1);
      },
      { timeoutMs: 120_000, intervalMs: 500 },
    );
  }
}

const laterField = (name: string): Promise<string> =>
  kubectl('-n', TENANT, 'get', 'externalsecret', name, '-o', `jsonpath={.spec.${LATER_FIELD}}`);
const writeLaterField = (name: string, value: string): Promise<string> => {
  const patch = JSON.stringify({ spec: { [LATER_FIELD]: value } });
  return kubectl('-n', TENANT, 'patch', 'externalsecret', name, '--type=merge', `--patch=${patch}`);
};

describe('while each ExternalSecret is read every second, nobody notices', () => {
  test(
    'an upgrade of both charts',
    async () => {
      await unnoticed('helm upgrade of both charts', async () => {
        for (const release of [CORE, PROVIDER]) await upgrade(release, charts, REPOSITORY);
      });
      await expectPodsOf(REPOSITORY);
    },
    STEP_MS,
  );

  test(
    'that a CRD has a field more, which objects may have from then on',
    async () => {
      await unnoticed('writing the new field', async () => {
        await writeLaterField('load-000', 'of the later release');
      });
      expect(await laterField('load-000')).toBe('of the later release');
    },
    STEP_MS,
  );

  test(
    'an upgrade to an image that cannot be pulled: Helm fails, and what ran goes on; a rollback mends it',
    async () => {
      await unnoticed('helm upgrade to a tag that is not there', async () => {
        for (const release of [CORE, PROVIDER]) {
          const flags = ['--reset-then-reuse-values', '--set=image.tag=absent', '--wait', '--timeout=30s'];
          const { code, stderr } = await helm.run(
            'upgrade',
            release,
            join(charts, release),
            '--namespace',
            release,
            ...flags,
          );
          print(`helm says: ${stderr.trim()}`);
          expect(code).toBe(1);
          expect(stderr).toMatch(/UPGRADE FAILED/);
          await eventually(async () => expect(await waitingFor(release)).toMatch(/ImagePull.*:absent/), {
            timeoutMs: 60_000,
          });
        }
      });
      print(`a pod says: ${await waitingFor(PROVIDER)}`);
      await unnoticed('helm rollback of it', async () => {
        for (const release of [CORE, PROVIDER]) await rollBack(release, '2');
      });
      await expectPodsOf(REPOSITORY);
    },
    STEP_MS,
  );

  test(
    'a rollback of both charts; the older CRD takes its objects back without the field',
    async () => {
      await unnoticed('helm rollback of both charts', async () => {
        for (const release of [PROVIDER, CORE]) await rollBack(release, '1');
      });
      await expectPodsOf(PREVIOUS_REPOSITORY);
      expect(await laterField('load-000')).toBe('');
    },
    STEP_MS,
  );

  test(
    'going back with installCRDs=false, which keeps the field',
    async () => {
      await upgrade(CORE, charts, REPOSITORY);
      await writeLaterField('load-001', 'stays');
      await unnoticed('the charts of before, without their CRDs', async () => {
        await upgrade(CORE, previousCharts, PREVIOUS_REPOSITORY, '--set=installCRDs=false');
      });
      await expectPodsOf(PREVIOUS_REPOSITORY);
      expect(await laterField('load-001')).toBe('stays');
      await unnoticed('and forth again', () => upgrade(CORE, charts, REPOSITORY, '--set=installCRDs=true'));
      expect(await laterField('load-001')).toBe('stays');
    },
    STEP_MS,
  );
});

describe('where the image cannot be pulled', () => {
  test(
    'a first installation with --atomic leaves the CRDs, and nothing else',
    async () => {
      await createNamespaces(cluster, restrictedNamespace(UNPULLED));
      const flags = ['--namespace', UNPULLED, '--atomic', '--timeout=30s'];
      const { code, stderr } = await helm.run('install', UNPULLED, join(charts, UNPULLED), ...flags);
      print(`helm says: ${stderr.trim()}`);
      expect(code).toBe(1);
      expect(stderr).toContain('has been uninstalled due to atomic being set');
      await eventually(async () => expect(await objectsIn(cluster, UNPULLED)).toEqual([]), { timeoutMs: 120_000 });
      const left = await objectsLabelled(cluster, `app.kubernetes.io/instance=${UNPULLED}`);
      expect(left.filter((name) => !name.startsWith('/CustomResourceDefinition/'))).toEqual([]);
      expect(left.length).toBeGreaterThan(0);
    },
    STEP_MS,
  );
});

describe('uninstalled after all this', () => {
  test(
    'what docs/install.md names stays, and each Secret of the tenant',
    async () => {
      for (const release of [PROVIDER, CORE]) await run('uninstall', release, '--namespace', release);
      await eventually(async () => expect(await objectsIn(cluster, PROVIDER)).toEqual([]), { timeoutMs: 120_000 });
      await eventually(async () => expect(await objectsIn(cluster, CORE)).toEqual(STAYS_WITH_CORE), {
        timeoutMs: 120_000,
      });
      expect(await load.wrong(cluster)).toEqual([]);
    },
    STEP_MS,
  );
});

/** Why a container of a release's namespace waits, and for which image. */
const waitingFor = (namespace: string): Promise<string> => {
  const path = '{range .items[*].status.containerStatuses[*]}{.state.waiting.reason} {.image}{"\\n"}{end}';
  return kubectl('-n', namespace, 'get', 'pods', '-o', `jsonpath=${path}`);
};

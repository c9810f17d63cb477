/**
 * npm start [-- --once]: the main job, on this machine: control plane, certificates, core, providers, an ExternalSecret that
 * becomes a Secret and follows its backend. Runs until Ctrl-C; with --once it ends after the show, with exit code 0 only if all
 * of it was seen.
 */
import { parseArgs } from 'node:util';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { secrets } from '@eso/kube';
import { eventually, Installation, ownControlPlane, type TestCluster } from '@eso/testing';
import { bundleAll } from '../nx.ts';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { ensureMoto, type Moto, startMoto } from '@eso/control-plane/moto.mjs';
import { step, stepUnlessPrepared } from '../setup.mjs';
import { runTasks } from '../task-graph.mjs';
import { AFTER, BEFORE, DEMO_MANIFESTS, REMOTE_KEY, TENANT } from './demo.ts';

const options = readOptions();
const cleanups: (() => Promise<void>)[] = [];
const interrupted = Promise.withResolvers<undefined>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.resolve(undefined));

let code = 0;
try {
  const kubeconfig = await Promise.race([show(), interrupted.promise]);
  if (kubeconfig !== undefined && !options.once) {
    console.log(`
Everything runs. Try it, in another terminal:

    export KUBECONFIG=${kubeconfig.path}
    alias kubectl=${kubeconfig.kubectl}
    kubectl get externalsecrets,secretstores,clusterproviderclasses -A
    kubectl -n ${TENANT} get secret database -o yaml

Ctrl-C ends it.`);
    await interrupted.promise;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  code = 1;
}
step('stopping');
for (const cleanup of cleanups.reverse()) await cleanup();
process.exit(code);

/** Sets everything up, shows it, and returns how to reach it. @throws Error when something was not seen in time */
async function show(): Promise<{ path: string; kubectl: string }> {
  const { cluster, moto } = await prepared();
  const backend = new SecretsManagerClient({
    endpoint: moto.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' },
  });
  await Installation.start({
    cluster,
    tenants: [TENANT],
    providers: {
      fake: {},
      aws: { env: { AWS_SECRETSMANAGER_ENDPOINT: moto.url, AWS_SSM_ENDPOINT: moto.url, AWS_STS_ENDPOINT: moto.url } },
    },
    progress: step,
  });
  step(`AWS: secret ${REMOTE_KEY} is created with password "${BEFORE.password}"`);
  await backend.send(new CreateSecretCommand({ Name: REMOTE_KEY, SecretString: JSON.stringify(BEFORE) }));
  step('Kubernetes: credentials, SecretStore and ExternalSecret are applied');
  await cluster.apply(DEMO_MANIFESTS);
  await passwordBecomes(cluster, BEFORE.password);
  step(`Kubernetes: Secret ${TENANT}/database holds it`);
  for (const what of ['clusterproviderclasses,secretstores,externalsecrets', 'secret/database'])
    console.log(
      (await cluster.kubectl('-n', TENANT, 'get', what, ...(what.includes('/') ? ['-o', 'yaml'] : []))).stdout.trim(),
    );
  step(`AWS: the password is changed to "${AFTER.password}"`);
  await backend.send(new PutSecretValueCommand({ SecretId: REMOTE_KEY, SecretString: JSON.stringify(AFTER) }));
  await passwordBecomes(cluster, AFTER.password);
  step(`Kubernetes: Secret ${TENANT}/database has followed`);
  return { path: cluster.adminKubeconfig, kubectl: cluster.state.kubectl };
}

/** Everything that has to run before the programs can, made ready and started side by side. */
async function prepared(): Promise<{ cluster: TestCluster; moto: Moto }> {
  const cluster = Promise.withResolvers<TestCluster>();
  const moto = Promise.withResolvers<Moto>();
  await runTasks([
    {
      name: 'programs',
      run: async () => {
        step('programs: are bundled');
        await bundleAll();
      },
    },
    {
      name: 'control plane',
      run: async () => {
        await ensureBinaries({ progress: stepUnlessPrepared });
        step('control plane: etcd and kube-apiserver start');
        const own = await ownControlPlane();
        cleanups.push(() => own.cluster.stop());
        cluster.resolve(own.cluster);
      },
    },
    {
      name: 'AWS emulator',
      run: async () => {
        await ensureMoto({ progress: stepUnlessPrepared });
        step('AWS emulator: starts');
        const started = await startMoto();
        cleanups.push(() => started.stop());
        moto.resolve(started);
      },
    },
  ]);
  return { cluster: await cluster.promise, moto: await moto.promise };
}

async function passwordBecomes(cluster: TestCluster, password: string): Promise<void> {
  await eventually(
    async () => {
      const secret = await cluster.client().get(secrets, { namespace: TENANT, name: 'database' });
      const value = Buffer.from(secret.data?.['password'] ?? '', 'base64').toString();
      if (value !== password) throw new Error(`Secret ${TENANT}/database holds another password`);
    },
    { timeoutMs: 60_000 },
  );
}

function readOptions(): { once: boolean } {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nusage: npm start [-- --once]`);
    process.exit(2);
  }
}

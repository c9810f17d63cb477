/** What is measured: every program of an installation, one after the other in the place of its pod. */
import { dirname, join } from 'node:path';
import type { Pod } from '@eso/control-plane/pod.mjs';
import { bundlePath, Installation, type TestCluster } from '@eso/testing';
import type { Program } from './run.ts';

/** A program and the name of its app. */
export interface NamedProgram extends Program {
  readonly app: string;
}

/** What charts give to a container by default (`resources.limits.memory`), MiB. */
const LIMIT_MIB = { core: 512, other: 256 };
const TENANT = 'team-a';

/**
 * Installs everything, with rights and certificates, and gives each program as it starts in its pod. Its own pod has to be stopped
 * before, so that it works and does not wait for a Lease.
 * @param providers names without `provider-`
 */
export async function installedPrograms(
  cluster: TestCluster,
  providers: readonly string[],
): Promise<{ readonly pod: Pod; readonly program: NamedProgram }[]> {
  const installation = await Installation.start({
    cluster,
    tenants: [TENANT],
    providers: Object.fromEntries(providers.map((name) => [name, {}])),
  });
  const { core, certManagerController, endpointOverrides } = installation;
  const namespaces = providers.map((name) => `provider-${name}`).join(',');
  const keyFile = join(dirname(endpointOverrides), 'key-encryption-key');
  const of = (app: string, pod: Pod, probe: string, flags: readonly string[]) => ({
    pod,
    program: {
      app,
      args: [
        bundlePath(app),
        ...flags,
        `--metrics-addr=127.0.0.1:${String(pod.ports['metrics'])}`,
        `--${probe}=127.0.0.1:${String(pod.ports['health'])}`,
      ],
      env: environmentOf(pod, cluster),
      limitMib: app === 'core' ? LIMIT_MIB.core : LIMIT_MIB.other,
      asks: { of: 'probe', url: `http://127.0.0.1:${String(pod.ports['health'])}/readyz` } as const,
    },
  });
  return [
    ...Object.entries(installation.providers).map(([name, pod]) =>
      of(`provider-${name}`, pod, 'health-addr', [
        `--listen=127.0.0.1:${String(pod.ports['grpc'])}`,
        `--cert-dir=${String(pod.volumes['certs'])}`,
        '--drain-delay=0s',
      ]),
    ),
    of('core', core, 'live-addr', [
      `--client-cert-dir=${String(core.volumes['certs'])}`,
      `--endpoint-overrides=${endpointOverrides}`,
      `--namespaces=${TENANT}`,
    ]),
    of('cert-manager-controller', certManagerController, 'health-addr', [
      `--key-encryption-key-file=${keyFile}`,
      `--provider-namespaces=${namespaces}`,
    ]),
  ];
}

/** What a pod finds its API server by, and its ServiceAccount. */
function environmentOf(pod: Pod, cluster: TestCluster): NodeJS.ProcessEnv {
  const server = new URL((cluster.state.podApi ?? cluster.state).url);
  return {
    PATH: process.env['PATH'],
    HOME: pod.dir,
    POD_NAME: pod.name,
    POD_NAMESPACE: pod.namespace,
    POD_SERVICE_ACCOUNT_DIR: join(pod.dir, 'serviceaccount'),
    KUBERNETES_SERVICE_HOST: server.hostname,
    KUBERNETES_SERVICE_PORT: server.port,
  };
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.mjs';

/** Longest wait for the API server to become ready, milliseconds. A loaded machine needs a minute. */
const READY_TIMEOUT_MS = 120_000;

/** Who did what to which object, without bodies: a log to count requests in, not one to find secrets in. */
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`;

/**
 * @typedef {object} ApiServerOptions
 * @property {string} binary
 * @property {string} dir directory of the control plane
 * @property {number} port
 * @property {string} etcdUrl
 * @property {import('./credentials.mjs').CredentialFiles} credentials
 * @property {boolean} audit write `audit.log` (JSON lines, metadata only) into `dir`
 * @property {readonly string[]} flags more flags, last so that they win
 */

/**
 * Starts kube-apiserver as a production cluster would run it, RBAC on, on loopback alone.
 * @param {ApiServerOptions} options
 * @returns {Promise<Child>}
 */
export function startApiServerProcess({ binary, dir, port, etcdUrl, credentials, audit, flags }) {
  const auditPolicy = join(dir, 'audit-policy.yaml');
  if (audit) writeFileSync(auditPolicy, AUDIT_POLICY);
  return Child.start({
    name: 'kube-apiserver',
    command: binary,
    args: [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${credentials.serverCert}`,
      `--tls-private-key-file=${credentials.serverKey}`,
      `--client-ca-file=${credentials.caFile}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${credentials.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${credentials.serviceAccountKey}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      // The admission plugin waits for ServiceAccounts that a controller-manager would make.
      '--disable-admission-plugins=ServiceAccount',
      // There is one API server, and a test may kill it: no lease of it has to be kept in Endpoints.
      '--endpoint-reconciler-type=none',
      '--profiling=false',
      ...(audit ? [`--audit-policy-file=${auditPolicy}`, `--audit-log-path=${join(dir, 'audit.log')}`] : []),
      ...flags,
    ],
    logFile: join(dir, 'kube-apiserver.log'),
  });
}

/**
 * Waits until the API server answers `ok` to /readyz.
 * @param {object} options
 * @param {import('./api-client.mjs').ApiClient} options.client
 * @param {readonly Child[]} options.processes what has to stay alive meanwhile
 * @param {AbortSignal} [options.signal]
 * @throws when one of the processes ends, or after two minutes
 */
export async function waitUntilReady({ client, processes, signal }) {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  /** @type {unknown} */
  let last;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    const dead = processes.find((child) => child.exit);
    if (dead) throw new Error(dead.describeExit());
    try {
      await client.request('GET', '/readyz', signal ? { signal } : {});
      return;
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(
    `kube-apiserver did not become ready within ${READY_TIMEOUT_MS / 1_000} s: ${String(last)}\n` +
      (processes.at(-1)?.lastLines() ?? ''),
    { cause: last },
  );
}

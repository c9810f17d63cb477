/** The processes of the control plane and of the node, each with its log in the cluster's folder. */
import { join } from 'node:path';
import { Child } from '@eso/control-plane/child.mjs';
import { kubeconfigPath } from '../credentials.ts';
import { type Layout, NETWORK, NODE } from '../layout.ts';
import type { Parts } from '../parts/parts.ts';
import type { ConfigurationFiles } from './configuration.ts';

/** Starts a daemon by its name for messages. */
export type Start = (name: string, command: string, args: readonly string[]) => Promise<Child>;

/** Daemons find containerd's shims, runc and nft on PATH, with the libraries that came with them. */
export function starter(layout: Layout, { debian }: Parts): Start {
  const env = {
    ...process.env,
    PATH: [...debian.path, process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'].join(':'),
    LD_LIBRARY_PATH: debian.libraries,
  };
  return (name, command, args) => Child.start({ name, command, args, env, logFile: join(layout.logs, `${name}.log`) });
}

/** kube-apiserver as a production cluster has it: Node and RBAC authorization, NodeRestriction and the default admission plugins. */
export function startApiServer(start: Start, { credentials }: Layout, parts: Parts, etcdUrl: string): Promise<Child> {
  const file = (name: string): string => join(credentials, name);
  return start('kube-apiserver', parts.kubeApiserver, [
    `--etcd-servers=${etcdUrl}`,
    `--advertise-address=${NETWORK.node}`,
    `--secure-port=${String(NETWORK.apiPort)}`,
    `--tls-cert-file=${file('server.crt')}`,
    `--tls-private-key-file=${file('server.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    `--kubelet-client-certificate=${file('admin.crt')}`,
    `--kubelet-client-key=${file('admin.key')}`,
    `--kubelet-certificate-authority=${file('ca.crt')}`,
    // Nobody resolves the name of the node.
    '--kubelet-preferred-address-types=InternalIP',
    `--requestheader-client-ca-file=${file('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${file('front-proxy.crt')}`,
    `--proxy-client-key-file=${file('front-proxy.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${file('service-account.pub')}`,
    `--service-account-signing-key-file=${file('service-account.key')}`,
    `--service-cluster-ip-range=${NETWORK.services}`,
    '--profiling=false',
  ]);
}

/** Controllers and scheduler; one of each, so that none has to be elected. */
export async function startControllers(start: Start, { credentials }: Layout, parts: Parts): Promise<readonly Child[]> {
  const alone = ['--leader-elect=false', '--bind-address=127.0.0.1', '--profiling=false'];
  return await Promise.all([
    start('kube-controller-manager', join(parts.node, 'kube-controller-manager'), [
      ...alone,
      `--kubeconfig=${kubeconfigPath(credentials, 'controller-manager')}`,
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${join(credentials, 'service-account.key')}`,
      `--root-ca-file=${join(credentials, 'ca.crt')}`,
      `--cluster-signing-cert-file=${join(credentials, 'ca.crt')}`,
      `--cluster-signing-key-file=${join(credentials, 'ca.key')}`,
      // At the default of 20 the controllers of a new cluster wait for each other.
      '--kube-api-qps=200',
      '--kube-api-burst=400',
    ]),
    start('kube-scheduler', join(parts.node, 'kube-scheduler'), [
      ...alone,
      `--kubeconfig=${kubeconfigPath(credentials, 'scheduler')}`,
    ]),
  ]);
}

/** What runs on each node of a cluster; containerd is there already. */
export async function startNode(
  start: Start,
  { dir, credentials }: Layout,
  parts: Parts,
  files: ConfigurationFiles,
): Promise<readonly Child[]> {
  return await Promise.all([
    start('kubelet', join(parts.node, 'kubelet'), [
      `--config=${files.kubelet}`,
      `--kubeconfig=${kubeconfigPath(credentials, 'kubelet')}`,
      `--root-dir=${join(dir, 'kubelet')}`,
      `--hostname-override=${NODE}`,
      `--node-ip=${NETWORK.node}`,
    ]),
    start('kube-proxy', join(parts.node, 'kube-proxy'), [`--config=${files.proxy}`]),
  ]);
}

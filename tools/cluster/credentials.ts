/** Every key and certificate of the cluster, and the kubeconfig of each of its components. */
import { createPublicKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfig } from '@eso/control-plane/credentials.mjs';
import { type Identity, issue, newKey } from '@eso/control-plane/x509.mjs';
import { CLUSTER_DOMAIN, NETWORK, NODE } from './layout.ts';

/** Who speaks to the API server, and by which names and groups it knows them. */
const CLIENTS = {
  admin: { commonName: 'kubernetes-admin', organizations: ['system:masters'] },
  'controller-manager': { commonName: 'system:kube-controller-manager', organizations: [] },
  scheduler: { commonName: 'system:kube-scheduler', organizations: [] },
  proxy: { commonName: 'system:kube-proxy', organizations: [] },
  kubelet: { commonName: `system:node:${NODE}`, organizations: ['system:nodes'] },
} as const;

/** A component with a kubeconfig of its own. */
export type ClientName = keyof typeof CLIENTS;

/** Names of the kube-apiserver's certificate. */
const API_NAMES = [
  ...['127.0.0.1', 'localhost', NETWORK.node, NETWORK.apiService],
  ...['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', `kubernetes.default.svc.${CLUSTER_DOMAIN}`],
];

/** Path of a component's kubeconfig. */
export const kubeconfigPath = (dir: string, client: ClientName | 'outside'): string =>
  join(dir, `${client}.kubeconfig`);

/**
 * Issues everything into `dir`. The key of the authority is kept for the signer of controller-manager, and read by nobody else.
 * @param dir made if need be, for this user alone
 */
export function writeCredentials(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): void => writeFileSync(join(dir, name), text, { mode: 0o600 });
  const writeIdentity = (name: string, identity: Identity): void => {
    write(`${name}.crt`, identity.certPem);
    write(`${name}.key`, identity.keyPem);
  };
  const ca = issue({ commonName: 'kubernetes', use: 'ca' });
  writeIdentity('ca', ca);
  writeIdentity('server', issue({ commonName: 'kube-apiserver', names: API_NAMES, use: 'server', issuer: ca }));
  writeIdentity('kubelet-server', issue({ commonName: NODE, names: [NODE, NETWORK.node], use: 'server', issuer: ca }));
  writeIdentity('front-proxy', issue({ commonName: 'front-proxy', use: 'client', issuer: ca }));
  const serviceAccounts = newKey();
  write('service-account.key', serviceAccounts.keyPem);
  write('service-account.pub', createPublicKey(serviceAccounts.key).export({ type: 'spki', format: 'pem' }));
  const url = `https://${NETWORK.node}:${String(NETWORK.apiPort)}`;
  for (const [name, { commonName, organizations }] of Object.entries(CLIENTS)) {
    const identity = issue({ commonName, organizations, use: 'client', issuer: ca });
    writeIdentity(name, identity);
    write(`${name}.kubeconfig`, kubeconfig({ url, ca: ca.certPem, userName: name, user: userOf(identity) }));
  }
}

/** The `user` entry of a kubeconfig. */
export const userOf = (identity: Pick<Identity, 'certPem' | 'keyPem'>): Record<string, string> => ({
  'client-certificate-data': Buffer.from(identity.certPem).toString('base64'),
  'client-key-data': Buffer.from(identity.keyPem).toString('base64'),
});

// Every key and certificate of one control plane, and the kubeconfig files made of them.
import { createPublicKey } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issue, newKey } from './x509.mjs';

/** Names a client may use for the API server; 10.96.0.1 is the first address of the Service range. */
const API_SERVER_NAMES = [
  '127.0.0.1',
  'localhost',
  '10.96.0.1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/**
 * @typedef {ReturnType<typeof credentialFiles>} CredentialFiles
 * @param {string} dir directory of the control plane
 */
export function credentialFiles(dir) {
  /** @param {string} name */
  const file = (name) => join(dir, name);
  return {
    caFile: file('ca.crt'),
    serverCert: file('server.crt'),
    serverKey: file('server.key'),
    adminCert: file('admin.crt'),
    adminKey: file('admin.key'),
    serviceAccountKey: file('service-account.key'),
    serviceAccountPublicKey: file('service-account.pub'),
  };
}

/**
 * Issues whatever the control plane in `dir` needs, unless it is there already. The key of the authority is not kept.
 * @param {string} dir
 * @returns {CredentialFiles}
 */
export function ensureCredentials(dir) {
  const files = credentialFiles(dir);
  if (existsSync(files.caFile)) return files;
  /** @param {string} path @param {string} text */
  const write = (path, text) => writeFileSync(path, text, { mode: 0o600 });
  const ca = issue({ commonName: 'kubernetes', use: 'ca' });
  const server = issue({ commonName: 'kube-apiserver', names: API_SERVER_NAMES, use: 'server', issuer: ca });
  const admin = issue({ commonName: 'kubernetes-admin', organizations: ['system:masters'], use: 'client', issuer: ca });
  const serviceAccounts = newKey();
  write(files.serverCert, server.certPem);
  write(files.serverKey, server.keyPem);
  write(files.adminCert, admin.certPem);
  write(files.adminKey, admin.keyPem);
  write(files.serviceAccountKey, serviceAccounts.keyPem);
  write(files.serviceAccountPublicKey, createPublicKey(serviceAccounts.key).export({ type: 'spki', format: 'pem' }));
  write(files.caFile, ca.certPem); // last: it says that the others are complete
  return files;
}

/**
 * A kubeconfig with one cluster, one user and one context, as JSON (which is YAML, too).
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.ca PEM
 * @param {string} options.userName
 * @param {Record<string, string>} options.user the `user` entry: certificate data, `token`, or `tokenFile`
 * @param {string} [options.namespace] namespace of the context
 */
export function kubeconfig({ url, ca, userName, user, namespace = 'default' }) {
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'local', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: userName, user }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: userName, namespace } }],
    'current-context': 'local',
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

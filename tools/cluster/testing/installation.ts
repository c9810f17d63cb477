/** What specs of an installation ask the cluster: what is there, who reaches whom, how much memory pods take. */
import type { Cluster } from '../up.ts';
import { resultsOf } from './pods.ts';

/** What every namespace has by itself, and what tells of the past. */
const OF_EVERY_NAMESPACE = /^(?:serviceaccount\/default|configmap\/kube-root-ca\.crt|event(?:\.\S+)?\/.*)$/;

async function resources(cluster: Cluster, namespaced: boolean): Promise<string> {
  const names = await cluster.kubectl(
    'api-resources',
    '--verbs=list',
    `--namespaced=${String(namespaced)}`,
    '-o',
    'name',
  );
  return names.trim().split('\n').join(',');
}

const lines = (output: string): string[] => output.split('\n').filter((line) => line !== '');

/** Every object of a namespace, of every kind that the cluster has, but for what each namespace has: `secret/name`, sorted. */
export async function objectsIn(cluster: Cluster, namespace: string): Promise<string[]> {
  const found = await cluster.kubectl('-n', namespace, 'get', await resources(cluster, true), '-o', 'name');
  return lines(found)
    .filter((name) => !OF_EVERY_NAMESPACE.test(name))
    .sort();
}

/** Every object with these labels, in no namespace or in any: `namespace/secret/name`, sorted. */
export async function objectsLabelled(cluster: Cluster, selector: string): Promise<string[]> {
  const template = '{range .items[*]}{.metadata.namespace}/{.kind}/{.metadata.name}{"\\n"}{end}';
  const args = ['get', '-A', '-l', selector, '-o', `jsonpath=${template}`];
  const all = await Promise.all(
    [true, false].map(async (namespaced) => cluster.kubectl(...args, await resources(cluster, namespaced))),
  );
  return all.flatMap((one) => lines(one)).sort();
}

/** Dials from inside of a program's own container, by the Node that is in its image: no other program is. */
const DIAL = `
const { connect } = require('node:net');
const dial = (target) => new Promise((done) => {
  const [host, port] = target.split(':');
  const socket = connect({ host, port: Number(port), timeout: 4000 });
  const say = (how) => { socket.destroy(); done(target + ' ' + how); };
  socket.once('connect', () => say('open')).once('timeout', () => say('dropped'));
  socket.once('error', ({ code }) => say(code === 'ETIMEDOUT' ? 'dropped' : code));
});
Promise.all(process.argv.slice(1).map(dial)).then((all) => console.log(all.join('\\n')));
`;

/** How a program of ours finds each target `host:port`: `open`, `dropped`, or the error's code. */
export async function dialFromProgram(
  cluster: Cluster,
  namespace: string,
  deployment: string,
  targets: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const node = ['exec', `deployment/${deployment}`, '--', '/usr/local/bin/node', '-e', DIAL];
  return resultsOf(await cluster.kubectl('-n', namespace, ...node, ...targets));
}

/** What the kubelet counts as the working set of each container of a namespace, MiB, by pod. */
export async function memoryIn(cluster: Cluster, namespace: string, node: string): Promise<Record<string, number>> {
  const { pods } = JSON.parse(await cluster.kubectl('get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`)) as {
    readonly pods: readonly {
      readonly podRef: { readonly name: string; readonly namespace: string };
      readonly memory?: { readonly workingSetBytes?: number };
    }[];
  };
  return Object.fromEntries(
    pods
      .filter(({ podRef }) => podRef.namespace === namespace)
      .map(({ podRef, memory }) => [podRef.name, Math.round((memory?.workingSetBytes ?? 0) / 1024 ** 2)]),
  );
}

/** Asks the API server from inside of a program's own container, with the token that its pod has. */
const ASK = `
const { readFileSync } = require('node:fs');
const { get } = require('node:https');
const own = (name) => readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/' + name, 'utf8');
const headers = { authorization: 'Bearer ' + own('token') };
const ask = (path) => new Promise((done, fail) => {
  const options = { host: process.env.KUBERNETES_SERVICE_HOST, port: process.env.KUBERNETES_SERVICE_PORT, path, headers, ca: own('ca.crt') };
  get(options, (answer) => { answer.resume(); done(path + ' ' + answer.statusCode); }).once('error', fail);
});
Promise.all(process.argv.slice(1).map(ask)).then((all) => console.log(all.join('\\n')));
`;

/** With which status the API server answers a program of ours that reads each of these paths: `200`, `403`. */
export async function askFromProgram(
  cluster: Cluster,
  namespace: string,
  deployment: string,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const node = ['exec', `deployment/${deployment}`, '--', '/usr/local/bin/node', '-e', ASK];
  return resultsOf(await cluster.kubectl('-n', namespace, ...node, ...paths));
}

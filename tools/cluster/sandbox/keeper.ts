/**
 * The process outside that keeps a cluster: it starts the namespaces, leads connections in, tells who started it how far things are, and
 * ends with everything. usage: keeper.ts NAME <detached|owned>; run by `up.ts` with an IPC channel.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { kubeconfig } from '@eso/control-plane/credentials.mjs';
import { kubeconfigPath, userOf, writeCredentials } from '../credentials.ts';
import { type Layout, layoutOf, NETWORK } from '../layout.ts';
import { relay } from '../relay.ts';
import { makeCgroups } from './cgroups.ts';
import type { KeeperMessage } from './messages.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const [name = '', mode = ''] = process.argv.slice(2);
const layout = layoutOf(name);
const tell = (message: KeeperMessage): void => {
  if (process.connected) process.send?.(message);
};

/** Whoever started it is gone: an owned cluster ends, and so does one that is not ready. */
let ready = false;
process.on('disconnect', () => {
  if (mode === 'owned' || !ready) process.exit(1);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));

const sweeper = spawn('sh', [here('sweep.sh'), layout.dir, layout.cgroup], {
  stdio: ['pipe', 'ignore', 'ignore'],
  detached: true,
});
writeCredentials(layout.credentials);
makeCgroups(layout.cgroup);
const port = await relayToApiServer();
const outside = writeOutsideKubeconfig(layout, port);
start();

function start(): void {
  const log = join(layout.dir, 'node.log');
  const namespaces = ['--net', '--uts', '--ipc', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const { node, nodePrefix, outside: world, services } = NETWORK;
  const inside = [process.execPath, '--conditions=@eso/source', here('../node/main.ts'), layout.name];
  const enter = [here('enter.sh'), layout.dir, `${node}/${String(nodePrefix)}`, world, services];
  // The node ends when its input does, so that it does not outlive this process.
  const child = spawn('unshare', [...namespaces, 'sh', ...enter, ...inside], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stderr.on('data', (chunk: Buffer) => appendFileSync(log, chunk, { mode: 0o600 }));
  sweeper.stdin.write(`pid ${String(child.pid)}\n`);
  child.once('close', () => {
    const text = existsSync(log) ? readFileSync(log, 'utf8').trim().slice(-8_000) : 'it said nothing';
    if (!process.send || !process.connected) process.exit(1);
    process.send({ kind: 'failed', log: text } satisfies KeeperMessage, () => process.exit(1));
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word = '', ...rest] = line.split(' ');
    if (word !== 'ready') {
      tell({ kind: 'progress', text: rest.join(' ') });
      return;
    }
    ready = true;
    const state = { keeper: process.pid, sandbox: child.pid ?? 0, kubeconfig: outside, port };
    writeFileSync(layout.state, JSON.stringify(state, undefined, 2), { mode: 0o600 });
    tell({ kind: 'ready', state });
  });
}

/** Over a socket in the file system, which has no network namespace. @returns the port on loopback */
async function relayToApiServer(): Promise<number> {
  const server = await relay({ host: '127.0.0.1', port: 0 }, () => connect(layout.apiSocket));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** The administrator's kubeconfig for programs outside of the namespaces. */
function writeOutsideKubeconfig({ credentials }: Layout, outsidePort: number): string {
  const read = (file: string): string => readFileSync(join(credentials, file), 'utf8');
  const path = kubeconfigPath(credentials, 'outside');
  const user = userOf({ certPem: read('admin.crt'), keyPem: read('admin.key') });
  const url = `https://127.0.0.1:${String(outsidePort)}`;
  writeFileSync(path, kubeconfig({ url, ca: read('ca.crt'), userName: 'admin', user }), { mode: 0o600 });
  return path;
}

/** Starts a cluster, finds one that runs, ends it, and does things in it. */
import { fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ApiClient } from '@eso/control-plane/api-client.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { type Layout, layoutOf } from './layout.ts';
import type { Progress } from './parts/go-programs.ts';
import { ensureParts, type Parts } from './parts/parts.ts';
import { thisMachine, whyNot } from './sandbox/machine.ts';
import type { ClusterState, KeeperMessage } from './sandbox/messages.ts';

/** Longest wait for what is left of a cluster to go, milliseconds. */
const SWEEP_MS = 20_000;

/** How to start a cluster. */
export interface UpOptions {
  /** Default: `default`. */
  readonly name?: string;
  /** The cluster ends with this process. Default: it stays until `down`. */
  readonly owned?: boolean;
  /** Told what is slow and how far the start is. */
  readonly progress?: Progress;
}

/** A cluster that runs. */
export class Cluster {
  readonly state: ClusterState;
  readonly parts: Parts;
  readonly #layout: Layout;
  #api: ApiClient | undefined;

  constructor(layout: Layout, state: ClusterState) {
    this.#layout = layout;
    this.state = state;
    this.parts = JSON.parse(readFileSync(join(layout.dir, 'parts.json'), 'utf8')) as Parts;
  }

  /** Path of the administrator's kubeconfig; it works for programs outside of the cluster. */
  get kubeconfig(): string {
    return this.state.kubeconfig;
  }

  /** The API server with the administrator's rights; made at the first use. */
  get api(): ApiClient {
    const file = (name: string): string => join(this.#layout.credentials, name);
    const url = `https://127.0.0.1:${String(this.state.port)}`;
    this.#api ??= new ApiClient({
      url,
      caFile: file('ca.crt'),
      certFile: file('admin.crt'),
      keyFile: file('admin.key'),
    });
    return this.#api;
  }

  /** Folder of the cluster: logs, credentials, state. */
  get dir(): string {
    return this.#layout.dir;
  }

  /**
   * Imports an image, so that pods can have it with `imagePullPolicy: Never` or `IfNotPresent`.
   * @param path of an OCI archive
   */
  async importImage(path: string): Promise<void> {
    await this.ctr('images', 'import', resolve(path));
  }

  /** Runs containerd's own client on what belongs to the kubelet, and returns what it printed. */
  ctr(...args: readonly string[]): Promise<string> {
    const there = ['--address', this.#layout.containerdSocket, '-n', 'k8s.io'];
    return this.run(join(this.parts.debian.path[0] ?? '', 'ctr'), [...there, ...args]);
  }

  /** Runs a command with the network of the node, and returns what it printed. */
  run(command: string, args: readonly string[]): Promise<string> {
    return runCommand('nsenter', [...this.#namespaces(), command, ...args], { env: this.#environment() });
  }

  /** Runs kubectl with the administrator's rights, and returns what it printed. */
  kubectl(...args: readonly string[]): Promise<string> {
    return runCommand(this.parts.kubectl, args, { env: { ...process.env, KUBECONFIG: this.kubeconfig } });
  }

  /** Runs kubectl with this process's own terminal. @returns its exit code */
  kubectlInteractive(args: readonly string[]): Promise<number> {
    const env = { ...process.env, KUBECONFIG: this.kubeconfig };
    const child = spawn(this.parts.kubectl, args, { stdio: 'inherit', env });
    return new Promise((done, fail) => {
      child.once('error', fail);
      child.once('exit', (code) => done(code ?? 1));
    });
  }

  #namespaces(): readonly string[] {
    const children = readFileSync(
      `/proc/${String(this.state.sandbox)}/task/${String(this.state.sandbox)}/children`,
      'utf8',
    );
    return ['--target', children.trim().split(' ')[0] ?? '', '--net', '--mount', '--pid', '--uts', '--ipc'];
  }

  #environment(): NodeJS.ProcessEnv {
    const path = [...this.parts.debian.path, process.env['PATH'] ?? ''].join(':');
    return { ...process.env, PATH: path, LD_LIBRARY_PATH: this.parts.debian.libraries };
  }
}

/**
 * Starts a cluster and waits until its node and its DNS are ready.
 * @throws Error when the machine cannot, saying why; when one of that name runs already; or with the log of what failed
 */
export async function up({
  name = 'default',
  owned = false,
  progress = () => undefined,
}: UpOptions = {}): Promise<Cluster> {
  const reasons = whyNot(thisMachine());
  if (reasons.length > 0) throw new Error(`no cluster can run on this machine:\n  - ${reasons.join('\n  - ')}`);
  const layout = layoutOf(name);
  if (running(name)) throw new Error(`a cluster named ${name} runs already: end it with "npm run cluster -- down"`);
  const parts = await ensureParts(progress);
  progress('cluster: its programs are there and whole');
  rmSync(layout.dir, { recursive: true, force: true });
  mkdirSync(layout.dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(layout.dir, 'parts.json'), JSON.stringify(parts, undefined, 2));
  return new Cluster(layout, await startKeeper(layout, owned, progress));
}

async function startKeeper(layout: Layout, owned: boolean, progress: Progress): Promise<ClusterState> {
  const keeper = fork(
    fileURLToPath(new URL('sandbox/keeper.ts', import.meta.url)),
    [layout.name, owned ? 'owned' : 'detached'],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: ['--conditions=@eso/source'] },
  );
  let errors = '';
  keeper.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
  const state = await new Promise<ClusterState>((done, fail) => {
    keeper.on('message', (message: KeeperMessage) => {
      if (message.kind === 'progress') progress(`cluster: ${message.text}`);
      else if (message.kind === 'ready') done(message.state);
      else fail(new Error(`the cluster did not start: ${message.log}`));
    });
    keeper.once('exit', () => fail(new Error(`the cluster did not start: ${errors}`)));
  });
  if (!owned) keeper.disconnect();
  keeper.stderr?.destroy();
  keeper.unref();
  if (owned) keeper.channel?.unref();
  return state;
}

/** The cluster of that name, if one runs. */
export function running(name = 'default'): Cluster | undefined {
  const layout = layoutOf(name);
  if (!existsSync(layout.state)) return undefined;
  const state = JSON.parse(readFileSync(layout.state, 'utf8')) as ClusterState;
  return isKeeper(state.keeper) ? new Cluster(layout, state) : undefined;
}

/** A number may belong to another process by now. */
function isKeeper(pid: number): boolean {
  const path = `/proc/${String(pid)}/cmdline`;
  return existsSync(path) && readFileSync(path, 'utf8').includes('sandbox/keeper.ts');
}

/**
 * Ends the cluster of that name and waits until nothing is left of it.
 * @returns whether there was one
 * @throws Error naming what is left after 20 s
 */
export async function down(name = 'default'): Promise<boolean> {
  const layout = layoutOf(name);
  const cluster = running(name);
  if (cluster) process.kill(cluster.state.keeper, 'SIGTERM');
  const deadline = performance.now() + SWEEP_MS;
  while (cluster && existsSync(layout.dir)) {
    if (performance.now() > deadline) throw new Error(`something is left of the cluster in ${layout.dir}`);
    await sleep(50);
  }
  return cluster !== undefined;
}

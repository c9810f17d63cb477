import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { guardProcess, releaseProcess } from '@eso/control-plane/guard.mjs';
import { ensureGoPeer } from './build-go.ts';

/** What the client calls, and how. Keepalive is that of upstream's core: 10 s idle, 5 s for the answer, one connection. */
export interface GoClientOptions {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** Name in the provider's certificate. */
  readonly serverName: string;
  /** Directory with `tls.crt`, `tls.key` and `ca.crt` of the client; read again when they change. */
  readonly certDir: string;
  /** Names the provider's config, as provider.v1.ProviderReference has it. */
  readonly providerRef: Readonly<Record<string, string>>;
  /** Namespace that asks. */
  readonly namespace: string;
  readonly ask: { readonly key: string } | { readonly find: string };
  /** Bytes of keys and values in a right answer; each byte of a value has to be an `x`. */
  readonly bytes: number;
  /** Whether the right answer is pushed under the key first. Default false. */
  readonly push?: boolean;
  /** Calls at once. Default 600. */
  readonly inFlight?: number;
  /** How many calls, or for how long calls are begun, milliseconds. */
  readonly until: { readonly calls: number; readonly withinMs: number } | { readonly ms: number };
  /** Deadline of each call, milliseconds. Default 30 s. */
  readonly deadlineMs?: number;
  /** How long each caller waits after a call, milliseconds. Default 0. */
  readonly pauseMs?: number;
  /** Told how far it is, every two seconds. */
  readonly progress?: (text: string) => void;
}

/** How a run of the Go client ended. */
export interface GoClientResult {
  /** Calls that were answered right. */
  readonly right: number;
  /** Calls that were not, by what came instead. */
  readonly otherwise: Readonly<Record<string, number>>;
  /** Connections that were dialled, reconnects included. */
  readonly connections: number;
  readonly seconds: number;
  /** Times of the calls that were answered right, milliseconds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/**
 * Runs the client in Go to its end.
 * @throws Error with what it printed when it fails by itself; calls that fail are in the result
 */
export async function runGoClient(options: GoClientOptions): Promise<GoClientResult> {
  const { client } = await ensureGoPeer(options.progress);
  const child = spawn(client, flagsOf(options), { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  if (child.pid !== undefined) guardProcess(child.pid);
  let output = '';
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    options.progress?.(line);
  });
  try {
    const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
    if (code !== 0) throw new Error(`the client in Go ended with ${String(code)}:\n${lines.slice(-20).join('\n')}`);
    return JSON.parse(output) as GoClientResult;
  } finally {
    if (child.pid !== undefined) releaseProcess(child.pid);
  }
}

function flagsOf(options: GoClientOptions): string[] {
  const { ask, until, push = false, inFlight = 600, deadlineMs = 30_000, pauseMs = 0 } = options;
  return [
    `--address=${options.address}`,
    `--server-name=${options.serverName}`,
    `--cert-dir=${options.certDir}`,
    `--provider-ref=${JSON.stringify(options.providerRef)}`,
    `--namespace=${options.namespace}`,
    'key' in ask ? `--key=${ask.key}` : `--find=${ask.find}`,
    `--bytes=${options.bytes}`,
    `--push=${push}`,
    `--in-flight=${inFlight}`,
    `--deadline=${deadlineMs}ms`,
    `--pause=${pauseMs}ms`,
    ...('calls' in until ? [`--calls=${until.calls}`, `--for=${until.withinMs}ms`] : [`--for=${until.ms}ms`]),
  ];
}

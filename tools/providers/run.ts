import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LAB_SERVER_NAME } from '@eso/testing';
import { anonymousMiB, cpuSeconds, rssMiB } from '../bench/processes.ts';

/** One program, and how one asks it whether it is ready. */
export interface Program {
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Memory that the process finds as the limit of its container, MiB. */
  readonly limitMib: number;
  /** The readiness probe; or, of what has none, any answer over mutual TLS to a client with these certificates. */
  readonly asks: { readonly of: 'probe'; readonly url: string } | { readonly of: 'tls'; readonly clientDir: string };
}

/** What one start took. */
export interface Started {
  /** From the start of the process until it is ready, milliseconds. */
  readonly readyMs: number;
  /** CPU time of all its threads until then, milliseconds, in steps of 10: what else the machine does counts little there. */
  readonly cpuMs: number;
  /** Resident when it has idled for a while, MiB. */
  readonly idleMiB: number;
  /** Of that, what is no page of a file: not Node's own program, which all processes of a machine share. */
  readonly ownMiB: number;
}

/** How long a process is left alone before its memory is read, milliseconds. */
const IDLE_MS = 3_000;
const PAUSE_MS = 2;
const LIMITED = join(import.meta.dirname, 'limited.cjs');

/** Starts a program, waits until it is ready, reads its memory, and ends it. @throws Error with its output when it ends before */
export async function startOnce({ args, env = process.env, limitMib, asks }: Program): Promise<Started> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--require', LIMITED, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, ESO_LIMIT_MIB: String(limitMib) },
  });
  const output: string[] = [];
  const lines = createInterface({ input: child.stdout }).on('line', (line) => output.push(line));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the program ended before it was ready:\n${output.join('\n')}`);
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([asks.of === 'probe' ? untilReady(asks.url) : untilAnswering(lines, asks.clientDir), ended]);
    const readyMs = performance.now() - startedMs;
    const pid = child.pid ?? 0;
    const cpuMs = cpuSeconds(pid) * 1_000;
    await sleep(IDLE_MS);
    return { readyMs, cpuMs, idleMiB: rssMiB(pid), ownMiB: anonymousMiB(pid) };
  } finally {
    const exit = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGTERM')) await exit;
  }
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await sleep(PAUSE_MS);
  }
}

/** Reads the line that says where it listens, and asks there. */
async function untilAnswering(lines: Interface, clientDir: string): Promise<void> {
  const [line] = (await once(lines, 'line')) as [string];
  const { port } = JSON.parse(line) as { readonly port: number };
  const read = (name: string): string => readFileSync(join(clientDir, name), 'utf8');
  const certificates = { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
  const session = connect(`https://127.0.0.1:${port}`, { servername: LAB_SERVER_NAME, ...certificates });
  try {
    const stream = session.request({ ':path': '/' });
    await once(stream, 'response');
    stream.destroy();
  } finally {
    session.destroy();
  }
}

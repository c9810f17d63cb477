import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { HealthCheckResponse_ServingStatus } from '@eso/api/stubs';
import { connectToProvider } from '@eso/api/testing';
import { LAB_SERVER_NAME } from '@eso/testing';
import { rssMiB } from '../bench/processes.ts';

/** One program, and how one asks it whether it serves. */
export interface Program {
  /** Arguments of Node. */
  readonly args: readonly string[];
  /** Folder with the certificates of a client that it accepts. */
  readonly clientDir: string;
  /** `grpc`: the health service of gRPC; `http2`: any answer. */
  readonly asks: 'grpc' | 'http2';
}

/** What one start took. */
export interface Started {
  /** From the start of the process to its first answer over mutual TLS, milliseconds. */
  readonly readyMs: number;
  /** Resident when it has idled for a while, MiB. */
  readonly idleMiB: number;
}

/** How long a process is left alone before its memory is read, milliseconds. */
const IDLE_MS = 3_000;
const PAUSE_MS = 2;

/** Starts a program, waits until it answers, reads its memory, and ends it. @throws Error with its output when it does not listen */
export async function startOnce({ args, clientDir, asks }: Program): Promise<Started> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await portOf(child.stdout);
    await (asks === 'grpc' ? untilServing(port, clientDir) : untilAnswering(port, clientDir));
    const readyMs = performance.now() - startedMs;
    await sleep(IDLE_MS);
    return { readyMs, idleMiB: rssMiB(child.pid ?? 0) };
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
}

/** Reads the line that says where it listens. */
async function portOf(output: NodeJS.ReadableStream): Promise<number> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: output })) {
    lines.push(line);
    const { msg, port } = JSON.parse(line) as { readonly msg?: string; readonly port?: number };
    if (msg !== 'listening' || port === undefined) continue;
    output.resume();
    return port;
  }
  throw new Error(`the program ended before it listened:\n${lines.join('\n')}`);
}

function certificates(clientDir: string): { readonly ca: string; readonly cert: string; readonly key: string } {
  const read = (name: string): string => readFileSync(join(clientDir, name), 'utf8');
  return { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
}

async function untilServing(port: number, clientDir: string): Promise<void> {
  const client = connectToProvider({
    host: '127.0.0.1',
    port,
    serverName: LAB_SERVER_NAME,
    ...certificates(clientDir),
  });
  try {
    while ((await client.health.check({})).status !== HealthCheckResponse_ServingStatus.SERVING) await sleep(PAUSE_MS);
  } finally {
    client.close();
  }
}

async function untilAnswering(port: number, clientDir: string): Promise<void> {
  const session = connect(`https://127.0.0.1:${port}`, { servername: LAB_SERVER_NAME, ...certificates(clientDir) });
  try {
    const stream = session.request({ ':path': '/' });
    await once(stream, 'response');
    stream.destroy();
  } finally {
    session.destroy();
  }
}

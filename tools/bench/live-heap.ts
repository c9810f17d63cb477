import { eventually } from '@eso/testing';

/** Where a Node process listens for a debugger once it got SIGUSR1. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list';

interface Evaluated {
  readonly result: { readonly value: number };
}

/** What a Node process holds on its JavaScript heap after a full collection, in bytes. */
export async function liveHeapBytes(pid: number): Promise<number> {
  process.kill(pid, 'SIGUSR1');
  const url = await eventually(async () => {
    const targets = (await (await fetch(INSPECTOR)).json()) as { webSocketDebuggerUrl: string }[];
    return targets[0]?.webSocketDebuggerUrl ?? '';
  });
  const inspector = new WebSocket(url);
  try {
    await new Promise((resolve, reject) => {
      inspector.addEventListener('open', resolve, { once: true });
      inspector.addEventListener('error', () => reject(new Error(`no debugger in process ${pid}`)), { once: true });
    });
    const { result } = (await command(inspector, 'Runtime.evaluate', { expression: 'process.pid' })) as Evaluated;
    if (result.value !== pid) throw new Error(`process ${result.value} answers in place of ${pid}`);
    // What weak references held goes with the second one.
    for (let round = 0; round < 2; round++) await command(inspector, 'HeapProfiler.collectGarbage');
    const { usedSize } = (await command(inspector, 'Runtime.getHeapUsage')) as { usedSize: number };
    return usedSize;
  } finally {
    inspector.close();
  }
}

function command(inspector: WebSocket, method: string, params: Record<string, unknown> = {}): Promise<unknown> {
  const id = Math.floor(Math.random() * 2 ** 31);
  return new Promise((resolve, reject) => {
    const onMessage = ({ data }: MessageEvent): void => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: { message: string } };
      if (answer.id !== id) return;
      inspector.removeEventListener('message', onMessage);
      if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
      else resolve(answer.result);
    };
    inspector.addEventListener('message', onMessage);
    inspector.addEventListener('close', () => reject(new Error(`${method}: the process went away`)), { once: true });
    inspector.send(JSON.stringify({ id, method, params }));
  });
}

import { ProviderError } from '@eso/api/contract';
import { DEFAULT_KEEP_ALIVE } from '@eso/http2';
import { ManualClock } from '@eso/runtime';
import { headerFrames, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import type { ProviderClient } from './provider-client.ts';
import type { ProviderConnectionsOptions } from './provider-connections.ts';
import { type ClientLab, endpointAt, openClientLab } from './testing/client-lab.ts';
import { type FrameCall, FrameServer, type FrameServerOptions } from './testing/frame-server.ts';

const signal = new AbortController().signal;
let lab: TlsLab;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => lab.remove());

interface Stage {
  readonly server: FrameServer;
  readonly client: ProviderClient;
  readonly lab: ClientLab;
  /** Calls that came in and nobody answered. */
  readonly open: FrameCall[];
}

/** A provider that answers the keys that `behave` takes care of, and keeps all others waiting. */
async function stage(
  behave: (call: FrameCall) => unknown,
  options: Partial<ProviderConnectionsOptions> & Partial<FrameServerOptions> = {},
): Promise<Stage> {
  const open: FrameCall[] = [];
  const server = await FrameServer.start(await lab.server(), {
    ...options,
    onCall: (call) => (behave(call) === undefined ? open.push(call) : undefined),
  });
  cleanups.push(() => server.stop());
  const opened = await openClientLab(await lab.directory(await lab.client()), options);
  cleanups.push(() => opened.stop());
  return { server, open, lab: opened, client: opened.connections.client(endpointAt(LAB_SERVER_NAME, server.address)) };
}

async function ask(client: ProviderClient, key: string, tenant = 'a', using = signal): Promise<string> {
  try {
    const value = await client.getSecret({ remoteRef: { key }, sourceNamespace: tenant }, { signal: using });
    return Buffer.from(value).toString();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return error.code;
  }
}

const tooLarge = (call: FrameCall): FrameCall => call.headers().data(Buffer.from([0, 80, 0, 0, 0]));

test('a call that is reset on a connection that drains is made again at once, not when the others there have ended', async () => {
  const clock = new ManualClock();
  const { client, open, server } = await stage(
    (call) => {
      if (call.key === 'large') return tooLarge(call);
      return call.connection > 1 ? (call.answer(call.key), call) : undefined;
    },
    { clock },
  );
  const [hanging, reset] = [ask(client, 'hanging', 'b'), ask(client, 'reset', 'b')];
  await until(() => open.length === 2);
  expect(await ask(client, 'large')).toBe('RESPONSE_TOO_LARGE');
  open.find(({ key }) => key === 'reset')!.reset(2);
  // The pause before the second attempt, and nothing of the time that calls on the old connection get.
  expect(await within(clock, 1_000, reset)).toBe('reset');
  expect(server.connections).toBe(2);
  // Whoever never gets an answer there is made again elsewhere, long before its own time is up.
  expect(await within(clock, 3_000, hanging)).toBe('hanging');
  await until(() => server.connections === 1);
});

test('a caller who gives up is let go at once, whatever becomes of the stream', async () => {
  const { client, open } = await stage((call) => (call.key === 'large' ? tooLarge(call) : undefined));
  const caller = new AbortController();
  const asked = ask(client, 'hanging', 'b', caller.signal);
  await until(() => open.length === 1);
  await ask(client, 'large');
  caller.abort();
  expect(await asked).toBe('CANCELED');
});

test('a connection on which Node throws away what comes is noticed, though the peer goes on sending', async () => {
  const clock = new ManualClock();
  const { client, open, server } = await stage(
    (call) => {
      if (call.key === 'evil') {
        call.headers({ 'grpc-status': '13', 'grpc-message': 'm'.repeat(70_000) }, true);
        // A peer that goes on as if nothing was wrong: bytes alone are no sign of life.
        const timer = setInterval(
          () => call.write(Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])),
          5,
        );
        cleanups.unshift(() => {
          clearInterval(timer);
          return Promise.resolve();
        });
        return call;
      }
      return call.key === 'fine' && call.connection > 1 ? (call.answer(call.key), call) : undefined;
    },
    { clock, hangsUp: false },
  );
  const fine = ask(client, 'fine', 'b');
  await until(() => open.length === 1);
  void ask(client, 'evil', 'a');
  const { busySilenceMs, pingTimeoutMs } = DEFAULT_KEEP_ALIVE;
  // Two seconds of silence, the time for an answer to a ping, the pause before the next attempt.
  expect(await within(clock, 2 * busySilenceMs + pingTimeoutMs + 1_000, fine)).toBe('fine');
  expect(server.accepted).toBeGreaterThan(1);
});

test('an answer counts that comes before the request was read, which then it never is', async () => {
  const hastily = (stream: number): Buffer =>
    headerFrames(
      stream,
      [
        [':status', '200'],
        ['content-type', 'application/grpc'],
        ['grpc-status', '3'],
      ],
      true,
    );
  const { client } = await stage(() => undefined, { hastily, deadlineMs: 5_000 });
  // More than the peer's window of 64 KiB.
  const request = { remoteRef: { key: 'k' }, providerRef: { name: 'n'.repeat(200_000) } };
  await expect(client.getSecret(request, { signal })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
});

test('no more calls are on their way than the peer takes at a time, and none fails for that', async () => {
  const { client, open } = await stage(() => undefined, { maxStreams: 3 });
  const calls = Array.from({ length: 20 }, (_, i) => ask(client, `k${i}`, i < 15 ? 'a' : 'b'));
  const seen: string[] = [];
  for (let answered = 0; answered < 20; answered++) {
    await until(() => open.length === Math.min(3, 20 - answered));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(open.length).toBeLessThanOrEqual(3);
    const call = open.shift()!;
    seen.push(call.tenant);
    call.answer(call.key);
  }
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, (_, i) => `k${i}`));
  // The tenant with few calls does not wait for the one with many.
  expect(seen.lastIndexOf('b')).toBeLessThan(15);
});

test('a caller who waits for a peer that takes nothing can give up, and has a deadline', async () => {
  const { client, server } = await stage(() => undefined, { maxStreams: 0, deadlineMs: 300 });
  const caller = new AbortController();
  const asked = ask(client, 'k', 'a', caller.signal);
  await until(() => server.connections === 1);
  caller.abort();
  expect(await asked).toBe('CANCELED');
  expect(await ask(client, 'k')).toBe('TIMEOUT');
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** What a call becomes in so much of the clock's time; the bytes of the wire take their own. */
async function within(clock: ManualClock, ms: number, call: Promise<string>): Promise<string> {
  let outcome: string | undefined;
  void call.then((value) => (outcome = value));
  for (let passed = 0; passed <= ms && outcome === undefined; passed += 100) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(100);
  }
  return outcome ?? `nothing within ${ms} ms`;
}

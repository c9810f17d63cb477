import { Code } from '@connectrpc/connect';
import { create, toBinary } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { CapabilitiesRequestSchema, GetSecretRequestSchema, SecretStoreProvider } from '@eso/api/stubs';
import { expectAnswer, expectBytes, expectRefusal } from '../expect.ts';
import { demand } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import type { Connection } from '../wire/connection.ts';
import { HEALTH_CHECK, HEALTH_WATCH, type RawSession } from '../wire/raw-session.ts';
import type { Check } from './check.ts';

const MIB = 1024 * 1024;
const PADDING = 1_024;
const [OK, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE] = [0, 4, 8, 14] as const;
const CAPABILITIES = `/${SecretStoreProvider.typeName}/Capabilities`;
const GET_SECRET = `/${SecretStoreProvider.typeName}/GetSecret`;
/** What core has under way at once, at most. */
const CALLS = 256;
const CONNECTIONS = 8;
/** Calls that are given up together, and how often: more than may be under way at once, fewer than what is a flood of resets. */
const [GIVEN_UP, ROUNDS] = [100, 3] as const;

/** Sizes, deadlines, calls that are given up, and many calls at once. */
export const callChecks = {
  'limits.1': async (lab) => {
    const status = await sized(lab, requestBytes(lab) + PADDING);
    demand(status === RESOURCE_EXHAUSTED, `it was answered with gRPC status ${String(status)}, not with 8`);
  },
  'limits.2': async (lab) => {
    const status = await sized(lab, requestBytes(lab) - PADDING);
    demand(status === OK, `it was answered with gRPC status ${String(status)}`);
  },
  'limits.3': async (lab) => {
    const { store } = lab.connect({ judged: false });
    for (const large of lab.fixture('tooLarge')) {
      const call = 'key' in large ? store.getSecret(lab.ask(large)) : store.getAllSecrets(lab.search(large));
      await expectRefusal(call, [Code.ResourceExhausted], 'an answer over the limit');
    }
  },
  'limits.4': async (lab) => {
    const session = await lab.raw();
    const calls = Array.from({ length: Math.min(session.announcedStreams ?? CALLS, CALLS) }, () =>
      session.call(HEALTH_WATCH),
    );
    await Promise.all(calls.map(({ begun }) => begun));
    for (const { cancel } of calls) cancel();
    const answers = await Promise.all(calls.map(({ ended }) => ended));
    session.destroy();
    const refused = answers.filter(
      ({ status, headers }) =>
        headers[':status'] === undefined || status === RESOURCE_EXHAUSTED || status === UNAVAILABLE,
    );
    demand(refused.length === 0, `${refused.length} of ${calls.length} calls at once were refused`);
  },
  'limits.5': async (lab) => {
    const session = await lab.raw();
    const { status } = await lab.rawAnswer(
      CAPABILITIES,
      session.call(CAPABILITIES, { message: Buffer.alloc(16, 0xff) }),
    );
    demand(
      status === Code.InvalidArgument || status === Code.Internal,
      `it was answered with gRPC status ${String(status)}`,
    );
    await servesOn(session);
  },

  'cancellation.1': async (lab) => {
    // Begun before the call with a deadline, so that it ends after it, unless that one is answered in full.
    const witness = await begunSlowly(lab, lab.connect());
    const session = await lab.raw();
    const { value, ...slow } = lab.fixture('slow');
    const message = toBinary(GetSecretRequestSchema, create(GetSecretRequestSchema, lab.ask(slow)));
    const call = session.call(GET_SECRET, { message, headers: { 'grpc-timeout': '300m' } });
    const first = await Promise.race([
      call.ended.then(() => 'deadline' as const),
      witness.ended.then(() => 'backend' as const),
    ]);
    const answer = await lab.rawAnswer(GET_SECRET, call);
    session.destroy();
    await witness.ended;
    demand(first === 'deadline', 'it ended when the backend had answered, and not when its deadline had passed');
    const ended = answer.status === DEADLINE_EXCEEDED || (answer.status === undefined && answer.resetCode !== 0);
    demand(
      ended,
      `after its deadline, and ${value.length} bytes to come, it ended with gRPC status ${String(answer.status)}`,
    );
  },
  'cancellation.2': async (lab) => {
    // Begun before all others, so that it ends before any of them would have.
    const witness = await begunSlowly(lab, lab.connect());
    const session = await lab.raw();
    const message = toBinary(GetSecretRequestSchema, create(GetSecretRequestSchema, lab.ask(lab.fixture('slow'))));
    for (let round = 0; round < ROUNDS; round += 1) {
      const calls = Array.from({ length: GIVEN_UP }, () => session.call(GET_SECRET, { message }));
      await session.call(HEALTH_CHECK).ended;
      for (const { cancel } of calls) cancel();
      await session.call(HEALTH_CHECK).ended;
    }
    const first = await Promise.race([
      knownCall(lab, lab.connect(), 0).then(() => 'served'),
      witness.ended.then(() => 'waited'),
    ]);
    session.destroy();
    demand(
      first === 'served',
      `after ${GIVEN_UP * ROUNDS} calls were given up, the next one had to wait for what they had asked`,
    );
    await witness.ended;
  },
  'cancellation.3': async (lab) => {
    const session = await lab.raw();
    const message = toBinary(GetSecretRequestSchema, create(GetSecretRequestSchema, lab.ask(lab.fixture('slow'))));
    const calls = Array.from({ length: GIVEN_UP }, () => session.call(GET_SECRET, { message }));
    await session.call(HEALTH_CHECK).ended;
    session.destroy();
    await Promise.all(calls.map(({ ended }) => ended));
    for (const [index] of lab.fixture('secrets').entries()) await knownCall(lab, lab.connection, index);
  },

  'concurrency.1': async (lab) => {
    await Promise.all(Array.from({ length: CALLS }, (_, index) => knownCall(lab, lab.connection, index)));
  },
  'concurrency.2': async (lab) => {
    const connections = Array.from({ length: CONNECTIONS }, () => lab.connect());
    try {
      await Promise.all(
        connections.flatMap((connection) =>
          Array.from({ length: CONNECTIONS }, (_, index) => knownCall(lab, connection, index)),
        ),
      );
    } finally {
      for (const connection of connections) connection.close();
    }
  },
  'concurrency.3': async (lab) => {
    const slow = await begunSlowly(lab, lab.connection);
    const quick = Promise.all(lab.fixture('secrets').map((_, index) => knownCall(lab, lab.connection, index)));
    const first = await Promise.race([quick.then(() => 'quick'), slow.ended.then(() => 'slow')]);
    demand(first === 'quick', 'calls of the same connection were answered only after a slow one');
    await slow.ended;
  },
} as const satisfies Readonly<Record<string, Check>>;

function requestBytes(lab: Lab): number {
  return lab.config.limits?.requestBytes ?? 4 * MIB;
}

/** The gRPC status of a request that has so many bytes; the connection has to be of use after it. */
async function sized(lab: Lab, bytes: number): Promise<number | undefined> {
  const session = await lab.raw();
  const request = create(CapabilitiesRequestSchema, lab.through());
  // What a provider does not know is skipped, and is read all the same.
  request.$unknown = [{ no: 15_000, wireType: WireType.LengthDelimited, data: Buffer.alloc(0) }];
  const rest = bytes - toBinary(CapabilitiesRequestSchema, request).length;
  request.$unknown = [{ no: 15_000, wireType: WireType.LengthDelimited, data: padded(rest) }];
  const call = session.call(CAPABILITIES, { message: toBinary(CapabilitiesRequestSchema, request) });
  const { status } = await lab.rawAnswer(CAPABILITIES, call);
  await servesOn(session);
  return status;
}

async function servesOn(session: RawSession): Promise<void> {
  const { status } = await session.call(HEALTH_CHECK).ended;
  session.destroy();
  demand(status === OK, `the next call of the connection ended with gRPC status ${String(status)}`);
}

/** Bytes with their length before them, as a field of protobuf has them; a few more than asked for. */
function padded(bytes: number): Uint8Array {
  const length: number[] = [];
  let rest = bytes;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) | 0x80);
  length.push(rest);
  return Buffer.concat([Buffer.from(length), Buffer.alloc(bytes)]);
}

/**
 * Reads one of the secrets of the config.
 * @throws BrokenRule where the answer is another one than a single call has had; whether that one is right is the rule get.1
 */
export async function knownCall(lab: Lab, connection: Connection, index: number): Promise<void> {
  const secrets = lab.fixture('secrets');
  const secret = secrets[index % secrets.length];
  if (!secret) return;
  const { value } = await expectAnswer(connection.store.getSecret(lab.ask(secret)), secret.key);
  expectBytes(value, await lab.plainAnswer(secret), secret.key);
}

/** Reads the secret for which the backend takes long. @throws BrokenRule where it is not what it was */
export async function slowCall(lab: Lab, connection: Connection): Promise<void> {
  const slow = lab.fixture('slow');
  const { value } = await expectAnswer(connection.store.getSecret(lab.ask(slow)), slow.key);
  expectBytes(value, slow.value, slow.key);
}

/** The same, when the provider has the call: what it has read of a connection is read in order. */
async function begunSlowly(lab: Lab, connection: Connection): Promise<{ readonly ended: Promise<void> }> {
  await connection.health.check({});
  const ended = slowCall(lab, connection);
  // Whoever awaits it is told.
  ended.catch(() => undefined);
  await connection.health.check({});
  return { ended };
}

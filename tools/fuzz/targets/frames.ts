import type { ServerHttp2Stream } from 'node:http2';
import { Duplex, PassThrough } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { fromBinary } from '@bufbuild/protobuf';
import { PREFACE } from '@eso/testing';
import { fromConnectError } from '../../../libs/api/src/contract/error-wire.ts';
import { ProviderError } from '../../../libs/api/src/contract/provider-error.ts';
import { BatchGetResponseSchema } from '../../../libs/api/src/gen/provider/ext/v1alpha1/ext_pb.js';
import { GetSecretMapResponseSchema } from '../../../libs/api/src/gen/provider/v1/provider_pb.js';
import { ByteSemaphore } from '../../../libs/api/src/server/transport/byte-semaphore.ts';
import { RefusedPeer } from '../../../libs/api/src/server/transport/refused-peer.ts';
import { PREFIX_BYTES, readMessage } from '../../../libs/api/src/server/transport/request-message.ts';
import { framesOf } from '../../../libs/api/src/server/transport/testing/raw-frames.ts';
import { checkAnswer } from '../../../libs/client/src/answer-bounds.ts';
import { answerStatus } from '../../../libs/client/src/answer-status.ts';
import { frameMessage, MessageReader } from '../../../libs/client/src/message-frame.ts';
import { WireFailure } from '../../../libs/client/src/wire-failure.ts';
import { attempt, attemptAsync, must, type Target, wordFor } from '../target.ts';

const MAX_MESSAGE = 8_192;

/**
 * What a peer sends, by the first byte: an answer in pieces, its protobuf message, the status in its trailers, a request, the HTTP/2
 * of a client that is refused.
 */
export const frames: Target = {
  name: 'frames',
  maxBytes: 32_768,
  dictionary: [
    PREFACE.toString('latin1'),
    ...['\0\0\0\0\0', '\x01\0\0\0\x05', '\0\0\0\x01\0\0\0\0\x01', '\0\0\0\x04\0\0\0\0\0', '\0\0\x08\x07\0\0\0\0\0'],
    ...['\x0a\x04\x0a\x01a\x12\x00', '\x0a\x80\x80\x80\x80\x10', '\x12\x00', 'SECRET_NOT_FOUND', 'field', 'next_step'],
    ...['grpc-status', 'CAUS', 'retry_after_ms', 'AAAA', '%E2%80%AE', '5', '16'],
  ],
  run(input) {
    const [mode = 0] = input;
    const rest = Buffer.from(input.subarray(1));
    switch (mode % 5) {
      case 0:
        return answer(rest);
      case 1:
        return message(rest);
      case 2:
        return status(rest);
      case 3:
        return request(rest);
      default:
        return refused(rest);
    }
  },
};

/** Pieces of lengths that the bytes themselves give, so that every place is cut somewhere. */
function pieces(bytes: Buffer): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + ((bytes[at] ?? 0) % 13);
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

function readAnswer(chunks: readonly Buffer[]): Uint8Array | undefined {
  const reader = new MessageReader(MAX_MESSAGE);
  for (const chunk of chunks) reader.push(chunk);
  return reader.message();
}

function answer(bytes: Buffer): string {
  const whole = attempt(() => readAnswer([bytes]), WireFailure);
  const inPieces = attempt(() => readAnswer(pieces(bytes)), WireFailure);
  const crumbs = 'refused' in inPieces && inPieces.refused.message.includes('crumbs');
  must(crumbs || wordFor(whole) === wordFor(inPieces), 'an answer means the same however it is cut');
  if ('value' in whole && whole.value)
    must(frameMessage(whole.value).equals(bytes), 'a message that was read is the one that was framed');
  return `answer ${wordFor(whole)}`;
}

function message(bytes: Buffer): string {
  const bounds = { entries: 50, keyBytes: 64 };
  const words = [GetSecretMapResponseSchema, BatchGetResponseSchema].map((schema) => {
    const checked = attempt(() => checkAnswer(schema, bytes, bounds), WireFailure);
    const decoded = attempt(() => fromBinary(schema, bytes), Error);
    // The check reads the wire as the decoder does: what it lets through has no more parts than it counted.
    if ('value' in checked && 'value' in decoded && '$typeName' in decoded.value && 'secrets' in decoded.value) {
      const keys = Object.keys(decoded.value.secrets);
      must(keys.length <= bounds.entries, 'no more entries than are allowed');
      must(
        keys.every((key) => Buffer.byteLength(key) <= 3 * bounds.keyBytes),
        'no longer keys than are allowed',
      );
    }
    return `${wordFor(checked)}/${'value' in decoded}`;
  });
  return `message ${words.join(' ')}`;
}

function status(bytes: Buffer): string {
  const [code = '', message = '', details = ''] = bytes.toString('latin1').split('\n');
  const clean = (text: string): string => text.replace(/[^\x20-\x7e]/g, '');
  const fields = {
    'grpc-status': clean(code),
    'grpc-message': clean(message),
    'grpc-status-details-bin': details.length > 0 ? clean(details) : bytes.toString('base64'),
  };
  const read = answerStatus(fields);
  if (read.kind !== 'error' || read.error instanceof WireFailure) return `status ${read.kind}`;
  const { code: meaning, publicMessage, field = '', nextStep, retryAfterMs = 0 } = fromConnectError(read.error);
  must(Buffer.byteLength(publicMessage) <= 512, 'a text that is shown has at most 512 bytes');
  must(Buffer.byteLength(nextStep) <= 512 && Buffer.byteLength(field) <= 512, 'so have a next step and a field');
  must(!/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b]/u.test(publicMessage + nextStep + field), 'it is one plain line');
  must(Number.isFinite(retryAfterMs) && retryAfterMs >= 0, 'a delay is a number');
  return `status ${meaning}`;
}

async function request(bytes: Buffer): Promise<string> {
  const room = new ByteSemaphore(4 * MAX_MESSAGE);
  const stream = new PassThrough();
  const options = { maxBytes: MAX_MESSAGE, room, signal: new AbortController().signal };
  // Of the stream only what every readable stream has is used.
  const reading = attemptAsync(() => readMessage(stream as unknown as ServerHttp2Stream, options), ProviderError);
  for (const piece of bytes.length < 1_000 ? pieces(bytes) : [bytes]) stream.write(piece);
  stream.end();
  const read = await reading;
  const isOne =
    bytes.length >= PREFIX_BYTES &&
    bytes[0] === 0 &&
    bytes.readUInt32BE(1) <= MAX_MESSAGE &&
    bytes.readUInt32BE(1) === bytes.length - PREFIX_BYTES;
  must('value' in read === isOne, 'exactly one whole message is read');
  if ('value' in read) {
    must(Buffer.from(read.value.envelope).equals(bytes), 'as it came');
    read.value.release();
  }
  must(room.used === 0, 'the room is given back');
  return `request ${wordFor(read)}`;
}

/** What a refused client is answered, when it sends these chunks. */
function answersTo(chunks: readonly Buffer[]): { written: Buffer; answers: number; ends: number } {
  const written: Buffer[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      written.push(chunk);
      done();
    },
  });
  let answers = 0;
  let ends = 0;
  const peer = new RefusedPeer(socket as unknown as TLSSocket, {
    error: new ProviderError('CLIENT_REJECTED', 'the client is not core'),
    onAnswer: () => answers++,
    onEnd: () => ends++,
  });
  for (const chunk of chunks) if (!peer.isOver) socket.emit('data', chunk);
  socket.destroy();
  return { written: Buffer.concat(written), answers, ends };
}

function refused(bytes: Buffer): string {
  const whole = answersTo([bytes]);
  const inPieces = answersTo(pieces(bytes));
  must(whole.written.equals(inPieces.written), 'a refused client hears the same however it cuts what it sends');
  must(whole.answers <= 16 && whole.ends <= 1, 'it has 16 answers at the most, and ends once');
  const frames = framesOf(whole.written);
  const length = frames.reduce((sum, { payload }) => sum + 9 + payload.length, 0);
  must(length === whole.written.length, 'whole frames are written');
  must(frames.filter(({ type }) => type === 1).length === whole.answers, 'each answer is one frame of headers');
  return `refused ${Math.min(whole.answers, 2)} ${whole.ends}`;
}

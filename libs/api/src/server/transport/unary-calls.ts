import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import { createMethodSerializationLookup } from '@connectrpc/connect/protocol';
import { create, type DescMethod, type DescMethodUnary, type DescService, type Message } from '@bufbuild/protobuf';
import { methodPath } from '../../contract/methods.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import type { CallScope } from './call-scope.ts';
import { PREFIX_BYTES } from './request-message.ts';

/** Bounds of the messages of a call. */
export interface MessageLimits {
  /** Largest request message, bytes. */
  readonly requestBytes: number;
  /** Largest response message, bytes. */
  readonly responseBytes: number;
}

/**
 * Answers one request, both with the prefix that they have on the wire.
 * @throws ProviderError, ConnectError
 */
export type UnaryCall = (envelope: Uint8Array, scope: CallScope) => Promise<Uint8Array>;

type Handler = (request: Message, context: HandlerContext) => unknown;

/**
 * The unary methods of a service by path: Connect's messages, serialization and handlers, without its pipeline of asynchronous
 * generators. That one takes half of a call's time and aborts a signal at the end of each call, for which it makes an exception.
 */
export function unaryCalls<T extends DescService>(
  service: T,
  implementation: Partial<ServiceImpl<T>>,
  limits: MessageLimits,
): ReadonlyMap<string, UnaryCall> {
  const handlers = implementation as Readonly<Record<string, Handler | undefined>>;
  const calls = new Map<string, UnaryCall>();
  for (const method of service.methods) {
    const handler = handlers[method.localName];
    if (isUnary(method) && handler) calls.set(methodPath(method), unaryCall(method, handler, limits));
  }
  return calls;
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === 'unary';
}

function unaryCall(method: DescMethodUnary, handler: Handler, limits: MessageLimits): UnaryCall {
  const { requestBytes: readMaxBytes, responseBytes: writeMaxBytes } = limits;
  const messages = createMethodSerializationLookup(method, undefined, undefined, { readMaxBytes, writeMaxBytes });
  const [input, output] = [messages.getI(true), messages.getO(true)];
  const parse = (bytes: Uint8Array): Message => {
    try {
      return input.parse(bytes);
    } catch (error) {
      // Its text quotes what it met.
      throw new ProviderError('INVALID_REQUEST', 'the request is no message of the contract', { cause: error });
    }
  };
  const serialize = (message: Message): Uint8Array => {
    try {
      return output.serialize(message);
    } catch (error) {
      throw ConnectError.from(error).code === Code.ResourceExhausted
        ? answerTooLarge(error)
        : ProviderError.from(error);
    }
  };
  return async (envelope, scope) => {
    const answer = await handler(parse(envelope.subarray(PREFIX_BYTES)), new UnaryContext(method, scope));
    return enveloped(serialize(create(method.output, answer as Record<string, unknown>)));
  };
}

/** What a handler sees of its call. Headers are made when somebody asks for them, which no handler of ours does. */
class UnaryContext implements HandlerContext {
  readonly method: DescMethodUnary;
  readonly values: CallScope;
  readonly requestMethod = 'POST';
  readonly protocolName = 'grpc';
  #headers: Headers | undefined;

  constructor(method: DescMethodUnary, scope: CallScope) {
    this.method = method;
    this.values = scope;
  }

  readonly timeoutMs = (): number | undefined => this.values.timeoutMs();

  get service(): DescService {
    return this.method.parent;
  }

  get signal(): AbortSignal {
    return this.values.signal;
  }

  get url(): string {
    return methodPath(this.method);
  }

  get requestHeader(): Headers {
    return (this.#headers ??= new Headers());
  }

  get responseHeader(): Headers {
    return this.requestHeader;
  }

  get responseTrailer(): Headers {
    return this.requestHeader;
  }
}

function answerTooLarge(cause: unknown): ProviderError {
  return new ProviderError('LIMIT_EXCEEDED', "the answer is larger than the provider's limit", {
    nextStep: 'ask for less at once, or raise --max-response-bytes of the provider (and the response limit of core)',
    cause,
  });
}

/** A message with the prefix of gRPC's: not compressed, and so long. */
function enveloped(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

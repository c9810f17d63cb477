import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { ErrorSchema, type Error as ErrorDetail, Health } from '@eso/api/stubs';

/** An error as it was heard, from the wire or within an answer. */
export interface Heard {
  /** Whose call it was: `GetSecret`. */
  readonly method: string;
  /** The gRPC status; undefined within an answer. */
  readonly status: number | undefined;
  readonly message: string;
  /** Each provider.v1.Error that came with it. */
  readonly details: readonly ErrorDetail[];
  /** Everything else that stands in it: other details, headers and trailers, as text and as bytes. */
  readonly rest: readonly Uint8Array[];
  /** Whether the rules about words ask for a detail: the provider's own code has seen the call. */
  readonly judged: boolean;
}

/** Every error of a run, for the rules that are judged at its end. */
export class Overheard {
  readonly all: Heard[] = [];

  add(heard: Heard): void {
    this.all.push(heard);
  }

  /** Takes in an error within an answer: of a batch, or of Validate. */
  within(method: string, message: string, detail?: ErrorDetail): void {
    this.add({ method, status: undefined, message, details: detail ? [detail] : [], rest: [], judged: false });
  }

  /** An interceptor that hears every error that came from the provider. */
  interceptor({ judged }: { readonly judged: boolean }): Interceptor {
    const listen = (method: string, error: unknown, ofBackend: boolean): void => {
      const heard = ConnectError.from(error);
      const { metadata } = heard;
      // What this side made of a lost connection or a deadline of its own says nothing about the other.
      if (!metadata.has('grpc-status') && !metadata.has('grpc-status-details-bin')) return;
      this.add({
        method,
        status: heard.code,
        message: heard.rawMessage,
        details: heard.findDetails(ErrorSchema),
        rest: [...heard.details.flatMap(bytesOf), ...fields(metadata)],
        judged: judged && ofBackend,
      });
    };
    return (next) => async (request) => {
      const { name, parent } = request.method;
      const ofBackend = parent.typeName !== Health.typeName;
      try {
        const response = await next(request);
        if (!response.stream) return response;
        return { ...response, message: listened(response.message, (error) => listen(name, error, ofBackend)) };
      } catch (error) {
        listen(name, error, ofBackend);
        throw error;
      }
    };
  }
}

function bytesOf(detail: ConnectError['details'][number]): Uint8Array[] {
  return detail.value instanceof Uint8Array ? [detail.value] : [];
}

async function* listened<T>(messages: AsyncIterable<T>, failed: (error: unknown) => void): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    failed(error);
    throw error;
  }
}

/** Headers and trailers: as they stand, and decoded where gRPC encodes them. */
export function fields(metadata: Iterable<[string, string]>): Uint8Array[] {
  return [...metadata].flatMap(([name, value]) => {
    const bytes = [Buffer.from(value)];
    if (name.endsWith('-bin')) bytes.push(Buffer.from(value, 'base64'));
    else bytes.push(Buffer.from(percentDecoded(value)));
    return bytes;
  });
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

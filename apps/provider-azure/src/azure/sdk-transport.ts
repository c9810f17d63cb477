import { createHttpHeaders, type HttpClient as SdkHttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { type HttpClient, ProviderError } from '@eso/api/server';

/** An answer that says no. */
export interface RefusedAnswer {
  readonly status: number;
  readonly host: string;
  readonly body: string;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
}

/** How the SDK's requests are sent. */
export interface SdkTransportOptions {
  readonly http: HttpClient;
  /** Name of what is asked, for metrics: a fixed word. */
  readonly operationOf: (method: string, path: string) => string;
  /** Told of each answer: undefined unless its status is 400 or more. The SDK's own error keeps too much, or too little, of it. */
  readonly onAnswer: (refused: RefusedAnswer | undefined) => void;
  /** Told why a request got no answer; the SDK may wrap it. */
  readonly onFailed: (error: ProviderError) => void;
}

/** The SDK asks for compressed answers, and its own client would unpack them. */
const UNWANTED: ReadonlySet<string> = new Set(['accept-encoding', 'host', 'content-length', 'connection']);

/**
 * Sends the requests of the Azure SDK through the kit's HTTP client: bounded answers and times, connections that belong to one
 * backend and end with it, counted calls. The SDK's pipeline is left with what only it knows: challenges, tokens, versions.
 */
export function sdkTransport({ http, operationOf, onAnswer, onFailed }: SdkTransportOptions): SdkHttpClient {
  return {
    sendRequest: async (request) => {
      const { url, method, body } = request;
      if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array))
        throw new TypeError('the SDK sends a body of a kind that is not expected');
      try {
        const answer = await http.request({
          url,
          method,
          headers: Object.fromEntries(
            Object.entries(request.headers.toJSON()).filter(([name]) => !UNWANTED.has(name.toLowerCase())),
          ),
          ...(body && { body }),
          operation: operationOf(method, new URL(url).pathname),
          signal: signalOf(request),
        });
        const headers = createHttpHeaders(
          Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
        );
        const { status, host, retryAfterMs } = answer;
        const bodyAsText = answer.text();
        const requestId = headers.get('x-ms-request-id');
        onAnswer(status < 400 ? undefined : { status, host, body: bodyAsText, retryAfterMs, requestId });
        return { request, status, headers, bodyAsText };
      } catch (error) {
        if (error instanceof ProviderError) onFailed(error);
        throw error;
      }
    },
  };
}

/** The SDK's signals are those of the platform, or look like them. */
function signalOf({ abortSignal }: PipelineRequest): AbortSignal {
  if (abortSignal instanceof AbortSignal) return abortSignal;
  const controller = new AbortController();
  if (abortSignal?.aborted) controller.abort();
  else abortSignal?.addEventListener('abort', () => controller.abort());
  return controller.signal;
}

export { createHttpClient, type HttpClient } from './http-client.ts';
export { httpFailure, type HttpFailureCall } from './http-failure.ts';
export type { HttpRequest, HttpResponse } from './http-message.ts';
export {
  type HttpClientContext,
  type HttpClientOptions,
  httpRetryOf,
  type HttpRetryOptions,
  type HttpTls,
} from './http-options.ts';

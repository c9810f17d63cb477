import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import type { HttpClient, HttpRequest } from '@eso/api/server';
import { sdkTransport } from './sdk-transport.ts';

/** Sends one request, and gives what the kit's client was asked for. */
async function sent(headers: Record<string, string>): Promise<HttpRequest> {
  const requests: HttpRequest[] = [];
  const http = {
    request: (request: HttpRequest) => {
      requests.push(request);
      return Promise.resolve({ status: 200, host: 'v', headers: {}, text: () => '{}' });
    },
  } as unknown as HttpClient;
  const transport = sdkTransport({
    http,
    operationOf: () => 'Get',
    onAnswer: () => undefined,
    onFailed: () => undefined,
  });
  await transport.sendRequest(
    createPipelineRequest({ url: 'https://v/secrets', headers: createHttpHeaders(headers), method: 'GET' }),
  );
  const [request] = requests;
  if (!request) throw new Error('nothing was sent');
  return request;
}

test('a compressed answer is not asked for, as nobody would unpack it; what is asked for otherwise stays', async () => {
  const { headers } = await sent({ 'Accept-Encoding': 'gzip,deflate', Host: 'other', Accept: 'application/json' });
  expect(headers).toEqual({ accept: 'application/json' });
});

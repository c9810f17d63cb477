import { buffer } from 'node:stream/consumers';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { ECRPUBLICClient } from '@aws-sdk/client-ecr-public';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';

/** The part of the SDK's response that is looked at. */
interface RawResponse {
  readonly statusCode: number;
  body: unknown;
}

/**
 * Makes the SDK understand errors that come as XML although the service speaks JSON. Gateways that check signatures in front of
 * a service answer so, and so does moto; without it a wrong access key would look like a broken AWS.
 */
export function understandXmlErrors(client: SecretsManagerClient | SSMClient | ECRClient | ECRPUBLICClient): void {
  // Their stacks differ in the types of requests alone, which nothing here looks at.
  const { middlewareStack } = client as SecretsManagerClient;
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if (isRawResponse(result.response)) await translate(result.response);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'understandXmlErrors' },
  );
}

function isRawResponse(response: unknown): response is RawResponse {
  return typeof response === 'object' && response !== null && 'statusCode' in response && 'body' in response;
}

async function translate(response: RawResponse): Promise<void> {
  if (response.statusCode < 400 || !isStream(response.body)) return;
  const body = await buffer(response.body);
  response.body = errorAsJson(body.toString()) ?? body;
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** The error of an XML document in the form that JSON services have; undefined when there is none. */
export function errorAsJson(document: string): Uint8Array | undefined {
  if (!document.trimStart().startsWith('<')) return undefined;
  const code = /<Code>\s*([\w.]+)\s*<\/Code>/.exec(document)?.[1];
  if (!code) return undefined;
  const message = /<Message>([^<]*)<\/Message>/.exec(document)?.[1] ?? '';
  return Buffer.from(JSON.stringify({ __type: code, message }));
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request that the provider sent to AWS. */
export interface AwsRequest {
  /** `GetSecretValue`, `AssumeRole` */
  readonly operation: string;
  readonly body: string;
  /** Access key that it was signed with; empty for one that is not signed. */
  readonly accessKeyId: string;
  /** Region that it was signed for. */
  readonly region: string;
}

/** What the proxy answers by itself. */
export interface AwsAnswer {
  readonly status: number;
  readonly body: string;
  /** AWS sends one with every answer. Default `request-1`. */
  readonly requestId?: string;
  /** More headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `undefined` hands the request on; a promise holds it back; `forward` yields the emulator's answer, to be changed. */
export type AwsScript = (
  request: AwsRequest,
  forward: () => Promise<AwsAnswer>,
) => AwsAnswer | undefined | Promise<AwsAnswer | undefined>;

/** Stands between the provider and the emulator: records what is asked, and answers what the emulator never does. */
export class AwsProxy {
  readonly requests: AwsRequest[] = [];
  /** Requests whose sender went away before they were answered. */
  abandoned = 0;
  script: AwsScript = () => undefined;
  readonly #target: string;
  readonly #server: Server;

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    // An idle connection that ends under a request is no fault that a test asked for.
    this.#server.keepAliveTimeout = 0;
  }

  static async start(target: string): Promise<AwsProxy> {
    const proxy = new AwsProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Forgets requests and script. */
  reset(): void {
    this.requests.length = 0;
    this.abandoned = 0;
    this.script = () => undefined;
  }

  /** Requests for one operation. */
  of(operation: string): AwsRequest[] {
    return this.requests.filter((request) => request.operation === operation);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const asked = parse(incoming, body);
    this.requests.push(asked);
    response.on('close', () => {
      if (!response.writableFinished) this.abandoned += 1;
    });
    const forward = (): Promise<AwsAnswer> => this.#forward(incoming, body);
    const answer = (await this.script(asked, forward)) ?? (await forward());
    const { status, requestId = 'request-1', headers = {} } = answer;
    const usual = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
    response.writeHead(status, { ...usual, ...headers }).end(answer.body);
  }

  /** Header for header: the signature covers them. */
  async #forward({ headers, url }: IncomingMessage, body: string): Promise<AwsAnswer> {
    const outgoing = request(new URL(url ?? '/', this.#target), { method: 'POST', headers });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, body: await text(answer) };
  }
}

function parse({ headers }: IncomingMessage, body: string): AwsRequest {
  const [, accessKeyId = '', region = ''] = /Credential=([^/]+)\/\d+\/([^/]+)/.exec(headers.authorization ?? '') ?? [];
  const target = headers['x-amz-target'];
  const operation = typeof target === 'string' ? target.split('.').at(-1) : new URLSearchParams(body).get('Action');
  return {
    operation: operation ?? '',
    body,
    accessKeyId,
    region,
  };
}

/** An error in the protocol of Secrets Manager. */
export function awsError(status: number, type: string, message = 'no'): AwsAnswer {
  return { status, body: JSON.stringify({ __type: type, message }) };
}

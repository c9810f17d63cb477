import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSONWebKeySet } from 'jose';
import { type AppOptions, type CloudChoice, CLOUDS, type KeyVaultServer, type Permissions } from '../index.ts';

/** What the judge may ask for, to bring about what a case needs. */
interface Orders {
  readonly throttle: { readonly vault: string; readonly calls: number; readonly retryAfter: number };
  readonly access: { readonly vault: string; readonly clientId: string; readonly access: Permissions | 'all' };
  readonly sign: {
    readonly tenantId: string;
    readonly clientId: string;
    readonly audience: string;
    readonly lifeSeconds?: number;
  };
  readonly register: { readonly tenantId: string; readonly app: AppOptions };
  readonly trust: { readonly issuer: string; readonly keys: JSONWebKeySet };
  readonly delays: { readonly vault: string; readonly deletionMs: number; readonly recoveryMs: number };
  readonly vault: {
    readonly name: string;
    readonly tenantId: string;
    readonly clientId: string;
    readonly purgeProtection?: boolean;
    readonly grantedBy?: 'policies' | 'roles';
    readonly access?: Permissions | 'all';
    readonly cloud?: CloudChoice;
  };
  readonly logins: { readonly clear: boolean };
}

type Carriers = { readonly [Name in keyof Orders]: (server: KeyVaultServer, order: Orders[Name]) => unknown };

const CARRIERS: Carriers = {
  throttle: (server, { vault, calls, retryAfter }) => server.vault(vault).throttle(calls, retryAfter),
  access: (server, { vault, clientId, access }) => {
    const found = server.vault(vault);
    found.access = { ...found.access, [clientId]: access };
  },
  sign: async (server, { tenantId, clientId, audience, lifeSeconds }) => ({
    token: await server.sign({
      app: { tenantId, clientId, objectId: clientId },
      cloud: CLOUDS.public,
      audience,
      ...(lifeSeconds === undefined ? {} : { lifeSeconds }),
    }),
  }),
  register: (server, { tenantId, app }) => server.directory.addTenant({ id: tenantId, apps: [app] }),
  trust: (server, { issuer, keys }) => server.directory.trustIssuer(issuer, keys),
  delays: (server, { vault, deletionMs, recoveryMs }) =>
    void Object.assign(server.vault(vault).delays, { deletionMs, recoveryMs }),
  vault: (server, { name, tenantId, clientId, access = 'all' as const, ...more }) =>
    void server.addVault({ name, tenantId, access: { [clientId]: access }, ...more }),
  logins: (server, { clear }) => {
    const logins = server.calls.filter(({ path }) => path.endsWith('/oauth2/v2.0/token')).length;
    if (clear) server.calls.length = 0;
    return { logins };
  },
};

/** Lets another process arrange things in a server: `POST /ORDER` with JSON. */
export class Control {
  readonly #http: Server;

  private constructor(http: Server) {
    this.#http = http;
  }

  /** Starts it on a free port of 127.0.0.1. */
  static async start(server: KeyVaultServer): Promise<Control> {
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        carryOut(server, request.url ?? '', Buffer.concat(chunks).toString()).then(
          (answer) => response.end(JSON.stringify(answer ?? {})),
          (error: unknown) => response.writeHead(400).end(String(error)),
        );
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new Control(http);
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.#http.close(resolve);
      this.#http.closeAllConnections();
    });
  }
}

async function carryOut(server: KeyVaultServer, path: string, body: string): Promise<unknown> {
  const name = path.slice(1);
  if (!(name in CARRIERS)) throw new Error(`there is no order ${name}`);
  const carry = CARRIERS[name as keyof Orders] as (server: KeyVaultServer, order: unknown) => unknown;
  return await carry(server, JSON.parse(body));
}

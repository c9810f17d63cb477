import { connect as connectPlain } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { GeneratorProvider, SecretStoreProvider, StoreExtensionService } from '@eso/api/stubs';
import { demand } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import { type ClientCredentials, forge } from '../wire/credentials.ts';
import { tlsOptions } from '../wire/connection.ts';
import { HEALTH_CHECK, HEALTH_WATCH } from '../wire/raw-session.ts';
import type { Check } from './check.ts';

const UNAUTHENTICATED = 16;
/** A provider that says nothing to what it does not take is waited for that long, milliseconds. */
const SILENCE_MS = 2_000;

/** Who is let in. */
export const authenticationChecks = {
  'authentication.1': (lab) => isRefused(lab, { ca: lab.credentials.ca }, METHODS),
  'authentication.2': async (lab) => {
    const { stranger } = lab;
    demand(stranger !== undefined, 'there is no stranger');
    await isRefused(lab, stranger, METHODS);
  },
  'authentication.3': async (lab) => isRefused(lab, await forge(lab.credentials), METHODS),
  'authentication.4': async (lab) => {
    const { host, port } = lab.address;
    const socket = connectTls({
      host,
      port,
      ...tlsOptions(lab.address, lab.credentials),
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      ALPNProtocols: ['h2'],
    });
    const spoken = await new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    });
    socket.destroy();
    demand(!spoken, 'a connection with TLS 1.2 was taken');
  },
  'authentication.5': async (lab) => {
    for (const credentials of [{ ca: lab.credentials.ca }, ...(lab.stranger ? [lab.stranger] : [])])
      await isRefused(lab, credentials, [HEALTH_CHECK, HEALTH_WATCH]);
  },
  'authentication.6': async (lab) => {
    const { host, port } = lab.address;
    const session = connectPlain(`http://${host}:${port}`);
    const answered = await new Promise<boolean>((resolve) => {
      session.on('error', () => resolve(false));
      session.on('close', () => resolve(false));
      setTimeout(() => resolve(false), SILENCE_MS).unref();
      const stream = session.request({ ':method': 'POST', ':path': HEALTH_CHECK, 'content-type': 'application/grpc' });
      stream.on('error', () => resolve(false));
      stream.once('response', () => resolve(true));
      stream.end(Buffer.alloc(5));
    });
    session.destroy();
    demand(!answered, 'a call without TLS was answered');
  },
} as const satisfies Readonly<Record<string, Check>>;

const METHODS = [SecretStoreProvider, StoreExtensionService, GeneratorProvider].flatMap(({ typeName, methods }) =>
  methods.map(({ name }) => `/${typeName}/${name}`),
);

/** Whether no method answers: the connection is refused, or each call with Unauthenticated. */
async function isRefused(lab: Lab, credentials: ClientCredentials, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    let status: number | undefined;
    try {
      // A connection for each: a provider may cut it with the first refusal.
      const session = await lab.raw(credentials);
      status = (await lab.rawAnswer(path, session.call(path))).status;
      session.destroy();
    } catch {
      continue;
    }
    const refused = status === undefined || status === UNAUTHENTICATED;
    demand(refused, `${path} was answered with gRPC status ${String(status)}, not with 16 (Unauthenticated)`);
  }
}

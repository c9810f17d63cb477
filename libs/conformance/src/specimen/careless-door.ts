import { readFileSync } from 'node:fs';
import {
  type AddressInfo,
  connect as connectPlain,
  createServer as createNetServer,
  type Server,
  type Socket,
} from 'node:net';
import { join as joinPath } from 'node:path';
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls';

/** Whom a door lets in, beside those whom the provider lets in. */
export interface CarelessDoorOptions {
  /** What of TLS is not as it has to be. */
  readonly tls?: TlsOptions;
  /** Judges a client by its certificate, as far as TLS has not. Default: as the provider does, by core's identity. */
  readonly admits?: (socket: TLSSocket) => boolean;
  /** Whether what comes without TLS is let in. Default false. */
  readonly plain?: boolean;
  readonly serverDir: string;
  /** Of the client as which everything is handed on. */
  readonly clientDir: string;
  readonly provider: { readonly host: string; readonly port: number };
}

/** First byte of a handshake of TLS. */
const HANDSHAKE = 0x16;

/** A port before a provider that hands on, as core's, what others send: a provider whose gate has a fault. */
export class CarelessDoor {
  readonly port: number;
  readonly #servers: readonly Server[];
  readonly #sockets = new Set<Socket>();

  private constructor(port: number, servers: readonly Server[], sockets: Set<Socket>) {
    this.port = port;
    this.#servers = servers;
    this.#sockets = sockets;
  }

  /** Opens it on 127.0.0.1. */
  static async open(options: CarelessDoorOptions): Promise<CarelessDoor> {
    const { serverDir, clientDir, provider, tls = {}, admits = isCore, plain = false } = options;
    const sockets = new Set<Socket>();
    const join = (socket: Socket, to: Socket): void => {
      for (const each of [socket, to]) {
        sockets.add(each);
        each.on('error', () => undefined);
        each.on('close', () => {
          socket.destroy();
          to.destroy();
        });
      }
      socket.pipe(to).pipe(socket);
    };
    const handOn = (socket: Socket): void =>
      join(
        socket,
        connect({ ...provider, ...pair(clientDir), ALPNProtocols: ['h2'], checkServerIdentity: () => undefined }),
      );
    const encrypted = createServer({
      ...pair(serverDir),
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
      requestCert: true,
      rejectUnauthorized: true,
      ...tls,
    });
    encrypted.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      if (admits(socket)) handOn(socket);
      else socket.destroy();
    });
    const encryptedPort = await listen(encrypted);
    const door = createNetServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (first: Buffer) => {
        socket.pause();
        socket.unshift(first);
        if (first[0] === HANDSHAKE) join(socket, connectPlain({ host: '127.0.0.1', port: encryptedPort }));
        else if (plain) handOn(socket);
        else socket.destroy();
      });
    });
    return new CarelessDoor(await listen(door), [door, encrypted], sockets);
  }

  /** Closes it, with everything that goes through it. */
  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Whether a certificate names core, whoever has signed it. */
export function isCore(socket: TLSSocket): boolean {
  return socket.getPeerX509Certificate()?.subjectAltName === 'URI:spiffe://external-secrets.io/core';
}

function pair(dir: string): { readonly cert: string; readonly key: string; readonly ca: string } {
  const read = (name: string): string => readFileSync(joinPath(dir, name), 'utf8');
  return { cert: read('tls.crt'), key: read('tls.key'), ca: read('ca.crt') };
}

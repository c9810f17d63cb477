import { RuntimeError } from './error.ts';
import { bounded } from './text.ts';

/** Where a process listens. */
export interface ListenAddress {
  /** Name or address of an interface; empty means every interface, as Node's `listen` takes it. */
  host: string;
  /** 0 lets the system choose one. */
  port: number;
}

/**
 * Reads `host:port`, `:port` or `[ipv6]:port`.
 * @throws RuntimeError INVALID_ADDRESS
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+(?:%\w+)?)\]|(?<host>[^:[\]\s/]*)):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.['port']);
  if (!match || port > 65_535) {
    throw new RuntimeError(
      'INVALID_ADDRESS',
      `${JSON.stringify(bounded(text, 64))} is not an address to listen on: write host:port, such as ":8080", "127.0.0.1:0" or "[::1]:8080"`,
    );
  }
  return { host: match.groups?.['v6'] ?? match.groups?.['host'] ?? '', port };
}

/** The inverse of `parseListenAddress`. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

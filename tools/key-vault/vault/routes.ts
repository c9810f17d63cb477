import type { Answer, Call } from '../http/exchange.ts';
import type { Rules } from '../rules.ts';
import type { Permissions, Vault } from './vault.ts';

/** What a handler of a vault gets. */
export interface Visit {
  readonly vault: Vault;
  readonly rules: Readonly<Rules>;
  readonly call: Call;
  /** `{name}` of the path. Empty where it has none. */
  readonly name: string;
  /** `{version}` of the path. Empty where it is left out. */
  readonly version: string;
  /** Now, seconds since 1970. */
  readonly seconds: number;
}

/** An operation of a vault. `{version}` at the end of a path may be left out, with or without its slash. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** Which permission it takes. */
  readonly permission: readonly [keyof Permissions, string];
  readonly run: (visit: Visit) => Answer | Promise<Answer>;
}

/** A route with what its path named. */
export interface Match {
  readonly route: Route;
  readonly name: string;
  readonly version: string;
}

/** The first route that a call fits. */
export function matchRoute(
  routes: readonly Route[],
  { method, path }: Pick<Call, 'method' | 'path'>,
): Match | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const pattern = route.path.replace('{name}', '(?<name>[^/]+)').replace('/{version}', '(?:/(?<version>[^/]*))?');
    const groups = new RegExp(`^/${pattern}/?$`).exec(path);
    if (groups) {
      const name = decodeURIComponent(groups.groups?.['name'] ?? '');
      return { route, name, version: groups.groups?.['version'] ?? '' };
    }
  }
  return undefined;
}

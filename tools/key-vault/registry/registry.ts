import { type Cloud, type CloudChoice, cloudOf } from '../clouds.ts';

/** A container registry. */
export interface RegistryOptions {
  readonly name: string;
  /** Default `public`. */
  readonly cloud?: CloudChoice;
  /** Whose tokens it takes. */
  readonly tenantId: string;
  /** Actions by client id: `pull`, `push`, `delete`, and `catalog` for the list of repositories. */
  readonly access?: Readonly<Record<string, readonly string[]>>;
  /** What its catalog lists. Default: nothing. */
  readonly repositories?: readonly string[];
}

/** A registry as the server keeps it. Of registries it knows logins, and the catalog that shows that one worked. */
export class Registry {
  readonly cloud: Cloud;
  readonly host: string;
  readonly tenantId: string;
  readonly repositories: readonly string[];
  access: Readonly<Record<string, readonly string[]>>;

  constructor({ name, cloud, tenantId, access = {}, repositories = [] }: RegistryOptions) {
    this.cloud = cloudOf(cloud);
    this.host = `${name}.${this.cloud.registrySuffix}`;
    this.tenantId = tenantId;
    this.access = access;
    this.repositories = repositories;
  }
}

/** What an access token of a registry permits. */
export interface RegistryAccess {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/**
 * The part of a scope (`repository:NAME:pull,push`, `registry:catalog:*`) that an application may have; nothing where it may have
 * none of it, as in the token protocol of registries, where a smaller token is given and no error.
 */
export function permitted(scope: string, actions: readonly string[]): RegistryAccess | undefined {
  const [, type = '', name = '', wanted = ''] = /^([a-z]+):(.+):([^:]*)$/.exec(scope) ?? [];
  if (type === 'registry') return actions.includes(name) ? { type, name, actions: ['*'] } : undefined;
  const granted = wanted.split(',').filter((each) => actions.includes(each));
  return type === 'repository' && granted.length > 0 ? { type, name, actions: granted } : undefined;
}

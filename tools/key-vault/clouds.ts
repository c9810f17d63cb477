/** The clouds that the server stands for, all at the same time: which one a call belongs to is told by its host. */
export interface Cloud {
  readonly name: 'public' | 'usGovernment' | 'china' | 'german';
  /** Host that signs tokens. */
  readonly authority: string;
  /** What a token's `iss` starts with; the tenant follows. Older (v1) access tokens, which Key Vault gets, name this one. */
  readonly issuer: string;
  /** Vaults answer at `NAME.<suffix>`; the resource of their tokens is `https://<suffix>`. */
  readonly vaultSuffix: string;
  /** Registries answer at `NAME.<suffix>`. */
  readonly registrySuffix: string;
  /** Audiences of tokens for the resource manager, which registries take. */
  readonly management: readonly string[];
}

export const CLOUDS: Readonly<Record<Cloud['name'], Cloud>> = {
  public: {
    name: 'public',
    authority: 'login.microsoftonline.com',
    issuer: 'https://sts.windows.net/',
    vaultSuffix: 'vault.azure.net',
    registrySuffix: 'azurecr.io',
    management: [
      'https://management.azure.com',
      'https://management.core.windows.net',
      'https://containerregistry.azure.net',
    ],
  },
  usGovernment: {
    name: 'usGovernment',
    authority: 'login.microsoftonline.us',
    issuer: 'https://sts.windows.net/',
    vaultSuffix: 'vault.usgovcloudapi.net',
    registrySuffix: 'azurecr.us',
    management: ['https://management.usgovcloudapi.net', 'https://management.core.usgovcloudapi.net'],
  },
  china: {
    name: 'china',
    authority: 'login.chinacloudapi.cn',
    issuer: 'https://sts.chinacloudapi.cn/',
    vaultSuffix: 'vault.azure.cn',
    registrySuffix: 'azurecr.cn',
    management: ['https://management.chinacloudapi.cn', 'https://management.core.chinacloudapi.cn'],
  },
  german: {
    name: 'german',
    authority: 'login.microsoftonline.de',
    issuer: 'https://sts.microsoftonline.de/',
    vaultSuffix: 'vault.microsoftazure.de',
    registrySuffix: 'azurecr.de',
    management: ['https://management.microsoftazure.de', 'https://management.core.cloudapi.de'],
  },
};

/** Whether a cloud has a service of this name. One slash at its end counts as part of the name, and stays in `aud`. */
export function isResource(cloud: Cloud, resource: string): boolean {
  const bare = resource.replace(/\/$/, '');
  return bare === `https://${cloud.vaultSuffix}` || cloud.management.includes(bare);
}

/** Where a host leads. */
export type Place =
  | { readonly kind: 'authority'; readonly cloud: Cloud }
  | { readonly kind: 'vault'; readonly cloud: Cloud; readonly name: string }
  | { readonly kind: 'registry'; readonly cloud: Cloud; readonly name: string };

/** What stands at a host name (without port), or `undefined` where nothing of Azure does. */
export function placeOf(host: string): Place | undefined {
  for (const cloud of Object.values(CLOUDS)) {
    if (host === cloud.authority) return { kind: 'authority', cloud };
    const vault = labelBefore(host, cloud.vaultSuffix);
    if (vault !== undefined) return { kind: 'vault', cloud, name: vault };
    const registry = labelBefore(host, cloud.registrySuffix);
    if (registry !== undefined) return { kind: 'registry', cloud, name: registry };
  }
  return undefined;
}

/** Every name that the server's certificate is for. */
export function certificateNames(): string[] {
  const ofClouds = Object.values(CLOUDS).flatMap(({ authority, vaultSuffix, registrySuffix }) => [
    authority,
    `*.${vaultSuffix}`,
    `*.${registrySuffix}`,
  ]);
  return [...ofClouds, 'localhost', '127.0.0.1'];
}

function labelBefore(host: string, suffix: string): string | undefined {
  if (!host.endsWith(`.${suffix}`)) return undefined;
  const label = host.slice(0, -suffix.length - 1);
  return label.includes('.') ? undefined : label;
}

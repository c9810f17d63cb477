/** A cloud: which one a call belongs to is told by its host. The server stands for all of them at the same time. */
export interface Cloud {
  /** Host that signs tokens. */
  readonly authority: string;
  /** Other hosts of the same authority, to which clients may go as well. */
  readonly aliases?: readonly string[];
  /** What a token's `iss` starts with; the tenant follows. Older (v1) access tokens, which Key Vault gets, name this one. */
  readonly issuer: string;
  /** Vaults answer at `NAME.<suffix>`; the resource of their tokens is `https://<suffix>`. */
  readonly vaultSuffix: string;
  /** Registries answer at `NAME.<suffix>`. */
  readonly registrySuffix: string;
  /** Audiences of tokens for the resource manager, which registries take. */
  readonly management: readonly string[];
}

/** A cloud that everybody knows, by its name, or one of its own. */
export type CloudChoice = keyof typeof CLOUDS | Cloud;

/** The clouds of Microsoft and its partners. */
export const CLOUDS = {
  public: {
    authority: 'login.microsoftonline.com',
    aliases: ['login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
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
    authority: 'login.microsoftonline.us',
    aliases: ['login.usgovcloudapi.net'],
    issuer: 'https://sts.windows.net/',
    vaultSuffix: 'vault.usgovcloudapi.net',
    registrySuffix: 'azurecr.us',
    management: ['https://management.usgovcloudapi.net', 'https://management.core.usgovcloudapi.net'],
  },
  china: {
    authority: 'login.chinacloudapi.cn',
    aliases: ['login.partner.microsoftonline.cn'],
    issuer: 'https://sts.chinacloudapi.cn/',
    vaultSuffix: 'vault.azure.cn',
    registrySuffix: 'azurecr.cn',
    management: ['https://management.chinacloudapi.cn', 'https://management.core.chinacloudapi.cn'],
  },
  german: {
    authority: 'login.microsoftonline.de',
    issuer: 'https://sts.microsoftonline.de/',
    vaultSuffix: 'vault.microsoftazure.de',
    registrySuffix: 'azurecr.de',
    management: ['https://management.microsoftazure.de', 'https://management.core.cloudapi.de'],
  },
} as const satisfies Readonly<Record<string, Cloud>>;

/** Whether a cloud has a service of this name. One slash at its end counts as part of the name, and stays in `aud`. */
export function isResource(cloud: Cloud, resource: string): boolean {
  const bare = resource.replace(/\/$/, '');
  return bare === `https://${cloud.vaultSuffix}` || cloud.management.includes(bare);
}

/** The cloud that is meant. */
export function cloudOf(choice: CloudChoice = 'public'): Cloud {
  return typeof choice === 'string' ? CLOUDS[choice] : choice;
}

/** Every name of an authority. */
export function authoritiesOf({ authority, aliases = [] }: Cloud): readonly string[] {
  return [authority, ...aliases];
}

/** Every name that the server's certificate is for. */
export function certificateNames(clouds: readonly Cloud[]): string[] {
  const ofClouds = clouds.flatMap((cloud) => [
    ...authoritiesOf(cloud),
    `*.${cloud.vaultSuffix}`,
    `*.${cloud.registrySuffix}`,
  ]);
  return [...ofClouds, 'localhost', '127.0.0.1'];
}

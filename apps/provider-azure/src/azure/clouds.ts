import type { AzureConfig } from './azure-config.ts';

/** Where tokens of a cloud are issued, and whom they are made out to. */
export interface Cloud {
  /** URL of the authority, without a slash at its end. */
  readonly authority: string;
  /** Resource of its vaults, without a slash at its end. */
  readonly vaults: string;
  /** Resource of its management API, which tokens for container registries are made out to. */
  readonly management: string;
  /** Whether Entra knows the authority; another one is not asked about at Entra. */
  readonly isKnown: boolean;
}

type KnownCloud = Exclude<AzureConfig['environmentType'], 'AzureStackCloud'>;

const KNOWN: Readonly<Record<KnownCloud, Omit<Cloud, 'isKnown'>>> = {
  PublicCloud: {
    authority: 'https://login.microsoftonline.com',
    vaults: 'https://vault.azure.net',
    management: 'https://management.azure.com',
  },
  USGovernmentCloud: {
    authority: 'https://login.microsoftonline.us',
    vaults: 'https://vault.usgovcloudapi.net',
    management: 'https://management.usgovcloudapi.net',
  },
  ChinaCloud: {
    authority: 'https://login.chinacloudapi.cn',
    vaults: 'https://vault.azure.cn',
    management: 'https://management.chinacloudapi.cn',
  },
  GermanCloud: {
    authority: 'https://login.microsoftonline.de',
    vaults: 'https://vault.microsoftazure.de',
    management: 'https://management.microsoftazure.de',
  },
};

/** The cloud that a config names or describes. What it describes in part is filled up from the one that it names. */
export function cloudOf({
  environmentType,
  customCloudConfig: custom,
}: Pick<AzureConfig, 'environmentType' | 'customCloudConfig'>): Cloud {
  const known = KNOWN[environmentType === 'AzureStackCloud' ? 'PublicCloud' : environmentType];
  if (!custom) return { ...known, isKnown: true };
  return {
    authority: withoutSlash(custom.activeDirectoryEndpoint),
    vaults: withoutSlash(custom.keyVaultEndpoint ?? resourceOf(custom.keyVaultDNSSuffix) ?? known.vaults),
    management: withoutSlash(custom.resourceManagerEndpoint ?? known.management),
    isKnown: false,
  };
}

function resourceOf(suffix: string | undefined): string | undefined {
  return suffix ? `https://${suffix.replace(/^\./, '')}` : undefined;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

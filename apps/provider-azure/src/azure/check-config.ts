import type { ConfigProblem } from '@eso/api/server';
import type { AzureConfig, FieldPath } from './azure-config.ts';

/** What the schema lets through. Whether a managed identity may be used is known when a store asks for it. */
export function checkVaultConfig(
  config: AzureConfig,
  at: FieldPath,
): { readonly problems: ConfigProblem[]; readonly warnings: string[] } {
  return {
    problems: [...checkVaultUrl(config.vaultUrl, at), ...checkCloud(config, at), ...checkLogin(config, at)],
    warnings: config.useAzureSDK ? [`${at('useAzureSDK')} has no effect: there is one implementation`] : [],
  };
}

/** The SDK puts paths of its own behind it. */
function checkVaultUrl(text: string, at: FieldPath): ConfigProblem[] {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' && url.href === `${url.origin}/`) return [];
  return [
    {
      field: at('vaultUrl'),
      problem: `${at('vaultUrl')} is no https URL of a host and nothing else: no path, query, fragment or user`,
      nextStep: 'write it like https://name.vault.azure.net',
    },
  ];
}

/** Logins go to whatever stands there, so it is https. An authority may have a path. */
function checkUrl(text: string, field: string, at: FieldPath): ConfigProblem[] {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' && !url.username && !url.password && !url.search && !url.hash) return [];
  return [
    {
      field: at(field),
      problem: `${at(field)} is no https URL without user, query and fragment`,
      nextStep: 'write it like https://login.example.com',
    },
  ];
}

function checkCloud(config: AzureConfig, at: FieldPath): ConfigProblem[] {
  const { environmentType, customCloudConfig: custom } = config;
  if (environmentType === 'AzureStackCloud' && !custom)
    return [
      {
        field: at('customCloudConfig'),
        problem: `CustomCloudConfig is required when EnvironmentType is AzureStackCloud`,
        nextStep: `name the authority in ${at('customCloudConfig.activeDirectoryEndpoint')}`,
      },
    ];
  if (!custom) return [];
  if (isOfPod(config)) return [podElsewhere(config, at)];
  const { activeDirectoryEndpoint, keyVaultEndpoint, resourceManagerEndpoint } = custom;
  const urls = { activeDirectoryEndpoint, keyVaultEndpoint, resourceManagerEndpoint };
  return Object.entries(urls).flatMap(([name, url]) =>
    url === undefined ? [] : checkUrl(url, `customCloudConfig.${name}`, at),
  );
}

/** Whether the login is the identity of the provider's own pod. */
function isOfPod({ authType, serviceAccountRef }: AzureConfig): boolean {
  return authType === 'ManagedIdentity' || (authType === 'WorkloadIdentity' && !serviceAccountRef);
}

/** What proves that identity would go to, or be made out to, whom the author of a store chose. */
function podElsewhere({ authType }: AzureConfig, at: FieldPath): ConfigProblem {
  const field = at('customCloudConfig');
  return {
    field,
    problem: `the identity of the pod of the provider is used with the clouds of Azure alone, and ${field} describes another`,
    nextStep:
      authType === 'ManagedIdentity'
        ? `remove ${field}, or log in with a service principal`
        : `remove ${field}, or name a ServiceAccount in ${at('serviceAccountRef')}`,
  };
}

function checkLogin(config: AzureConfig, at: FieldPath): ConfigProblem[] {
  switch (config.authType) {
    case 'ServicePrincipal':
      return checkServicePrincipal(config, at);
    case 'WorkloadIdentity':
      return checkWorkloadIdentity(config, at);
    case 'ManagedIdentity':
      return [];
  }
}

function checkServicePrincipal({ tenantId, authSecretRef: refs }: AzureConfig, at: FieldPath): ConfigProblem[] {
  const problems = tenantId
    ? []
    : [
        missing(
          at('tenantId'),
          'missing tenantID in store config',
          'write the ID of the tenant that the vault belongs to',
        ),
      ];
  if (!refs)
    return [
      ...problems,
      missing(at('authSecretRef'), 'missing secret ref in store config', 'refer to a client ID and a client secret'),
    ];
  const { clientId, clientSecret, clientCertificate } = refs;
  if (!clientId)
    problems.push(
      missing(at('authSecretRef.clientId'), 'no client ID is referred to', 'name the Secret and the key that hold it'),
    );
  if (clientSecret && clientCertificate)
    problems.push(
      missing(
        at('authSecretRef'),
        'both clientSecret and clientCertificate are given, and one of them is the login',
        'remove one of them',
      ),
    );
  if (!clientSecret && !clientCertificate)
    problems.push(
      missing(
        at('authSecretRef'),
        'neither clientSecret nor clientCertificate is given',
        'name the Secret and the key that hold one of them',
      ),
    );
  return problems;
}

function checkWorkloadIdentity({ authSecretRef, serviceAccountRef }: AzureConfig, at: FieldPath): ConfigProblem[] {
  if (!serviceAccountRef || !authSecretRef || authSecretRef.clientId) return [];
  return [
    missing(
      at('authSecretRef.clientId'),
      'authSecretRef is given without a client ID',
      'name the Secret and the key that hold it, or remove authSecretRef and annotate the ServiceAccount',
    ),
  ];
}

function missing(field: string, problem: string, nextStep: string): ConfigProblem {
  return { field, problem, nextStep };
}

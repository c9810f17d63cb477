import type { ConfigProblem } from '@eso/api/server';
import type { FieldPath } from '../azure/azure-config.ts';
import type { AcrAccessTokenConfig } from '../config/acr-access-token.ts';
import { registryLogin } from './registry-login.ts';

/** A host name, with a port or without one. */
const HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:\d{1,5})?$/i;
/** Hosts of Azure's own registries, in all of its clouds. */
const AZURE = /\.azurecr\.(io|us|cn|de)$/i;

/** What the schema lets through. */
export function checkRegistry(config: AcrAccessTokenConfig, at: FieldPath): ConfigProblem[] {
  return [...checkHost(config, at), ...checkEnvironment(config, at), ...checkWay(config, at)];
}

/** A token of the provider's own pod goes to nobody but Azure, whatever host a tenant writes there. */
function checkHost(config: AcrAccessTokenConfig, at: FieldPath): ConfigProblem[] {
  const { registry } = config;
  const nextStep = 'write the login server of the registry, such as name.azurecr.io';
  const field = at('registry');
  if (!HOST.test(registry)) return [{ field, problem: `${field} is no name of a host`, nextStep }];
  if (!registryLogin(config, at)?.isAmbient || AZURE.test(registry)) return [];
  const problem = `${field} is no registry of Azure, and only those get a token of the provider's own pod`;
  return [{ field, problem, nextStep }];
}

function checkEnvironment({ environmentType }: AcrAccessTokenConfig, at: FieldPath): ConfigProblem[] {
  if (environmentType !== 'AzureStackCloud') return [];
  const field = at('environmentType');
  return [
    {
      field,
      problem: `${field} is AzureStackCloud, whose authority a generator cannot name`,
      nextStep: 'use a registry of one of the other clouds',
    },
  ];
}

function checkWay({ auth, tenantId }: AcrAccessTokenConfig, at: FieldPath): ConfigProblem[] {
  const { servicePrincipal, managedIdentity, workloadIdentity } = auth;
  if (!servicePrincipal) {
    if (managedIdentity || workloadIdentity) return [];
    return [
      {
        field: at('auth'),
        problem: `${at('auth')} says nothing of how to log in`,
        nextStep: 'give servicePrincipal, managedIdentity or workloadIdentity',
      },
    ];
  }
  const problems: ConfigProblem[] = [];
  if (!tenantId)
    problems.push({
      field: at('tenantId'),
      problem: `${at('tenantId')} is missing`,
      nextStep: 'write the ID of the tenant of the service principal',
    });
  for (const name of ['clientId', 'clientSecret'] as const)
    if (!servicePrincipal.secretRef[name])
      problems.push({
        field: at(`auth.servicePrincipal.secretRef.${name}`),
        problem: `${at('auth.servicePrincipal.secretRef')} lacks ${name}`,
        nextStep: 'name the Secret and the key that hold it',
      });
  return problems;
}

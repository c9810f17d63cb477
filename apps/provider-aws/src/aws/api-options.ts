import type { OpenContext } from '@eso/api/server';
import type { AwsConfig } from './aws-config.ts';
import type { AwsAccess } from './aws-identity.ts';
import type { Endpoints } from './endpoints.ts';

/** What the client of either service is made with. */
export function apiOptions(context: OpenContext<AwsConfig>, { login }: AwsAccess, endpoints: Endpoints) {
  const { config, metrics, flights, at, retrySettings: retry } = context;
  return { region: config.region, endpoints, login, metrics, flights, at, retry };
}

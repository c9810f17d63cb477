import type { ConfigProblem } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { checkRegion } from '../aws/check-region.ts';
import { RESERVED_TAGS } from '../aws/session-tags.ts';
import type { AwsStoreConfig } from '../config/aws.ts';
import { checkConfig } from './check-config.ts';

/** What upstream's schema of a store lets through, besides what those of the config kinds do. */
export function checkStoreConfig(config: AwsStoreConfig, at: FieldPath): ConfigProblem[] {
  const { service, region, customSessionTags = {} } = config;
  if (service === 'CertificateManager')
    return [
      {
        code: 'UNSUPPORTED',
        field: at('service'),
        problem: `${at('service')} is ${service}, which this version of the provider does not serve`,
        nextStep:
          'use SecretsManager or ParameterStore, or leave this store to External Secrets 2.x until a later version serves it',
      },
    ];
  return [...checkRegion(region, at), ...checkTags(customSessionTags, at), ...checkConfig(config, at)];
}

/** Upstream has a rule in its CRD for it. */
function checkTags(tags: Readonly<Record<string, string>>, at: FieldPath): ConfigProblem[] {
  return RESERVED_TAGS.filter((key) => Object.hasOwn(tags, key)).map((key) => ({
    field: at(`customSessionTags.${key}`),
    problem: `customSessionTags cannot contain the reserved key ${key}, which is set by the policy`,
    nextStep: `remove it: ${RESERVED_TAGS.join(', ')} are reserved`,
  }));
}

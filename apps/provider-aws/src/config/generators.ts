/** Kinds of generators, with upstream's names and types. */
import { generatorKind, type Stored, z } from '@eso/api/schema';
import { auth } from './parts.ts';

const access = {
  region: z.string().describe('AWS region, such as eu-central-1.'),
  auth: auth
    .optional()
    .describe("How to log in. Without it as the provider's own pod, where an administrator lends its identity."),
  role: z.string().optional().describe('ARN of a role that is assumed before the token is asked for.'),
};

const ecrSpec = z.object({
  ...access,
  scope: z
    .string()
    .optional()
    .describe('Which registries the token is for: `private`, which is the default, or `public`.'),
});

/** A login to the container registries of an AWS account. */
export const ecrAuthorizationTokenKind = generatorKind({
  kind: 'ECRAuthorizationToken',
  plural: 'ecrauthorizationtokens',
  description: 'User name and password for container registries of AWS (ECR), good for 12 hours.',
  columns: [{ name: 'Region', type: 'string', jsonPath: '.spec.region' }],
  spec: ecrSpec,
});

/** `spec` of an ECRAuthorizationToken. */
export type EcrAuthorizationTokenConfig = Stored<typeof ecrSpec>;

const stsSpec = z.object({
  ...access,
  requestParameters: z
    .object({
      sessionDuration: z
        .int32()
        .optional()
        .describe(
          'Life of the session in seconds: 900 to 129,600, by default 43,200; 3,600 at most for the root user.',
        ),
      serialNumber: z.string().optional().describe('Serial number, or ARN, of the MFA device of the IAM user.'),
      tokenCode: z.string().optional().describe('What the MFA device shows.'),
    })
    .optional()
    .describe('What STS is asked for.'),
});

/** Temporary access keys of an IAM user. */
export const stsSessionTokenKind = generatorKind({
  kind: 'STSSessionToken',
  plural: 'stssessiontokens',
  description: 'Temporary access keys of an IAM user, from its long-lived ones.',
  columns: [{ name: 'Region', type: 'string', jsonPath: '.spec.region' }],
  spec: stsSpec,
});

/** `spec` of an STSSessionToken. */
export type StsSessionTokenConfig = Stored<typeof stsSpec>;

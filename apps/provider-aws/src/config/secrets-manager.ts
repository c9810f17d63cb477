import { configKind, type Stored } from '@eso/api/schema';
import { access, deletion } from './parts.ts';

const spec = access.extend({ secretsManager: deletion.optional().describe('How secrets are deleted.') });

/** Access to AWS Secrets Manager in one region. */
export const secretsManagerKind = configKind({
  kind: 'SecretsManager',
  plural: 'secretsmanagers',
  shortNames: ['sm'],
  description: 'AWS Secrets Manager in one region, and how to log in to it.',
  columns: [{ name: 'Region', type: 'string', jsonPath: '.spec.region' }],
  spec,
});

/** `spec` of a SecretsManager. */
export type SecretsManagerConfig = Stored<typeof spec>;

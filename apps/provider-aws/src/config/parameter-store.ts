import { configKind, type Stored } from '@eso/api/schema';
import { access } from './parts.ts';

/** Access to AWS Parameter Store in one region. */
export const parameterStoreKind = configKind({
  kind: 'ParameterStore',
  plural: 'parameterstores',
  shortNames: ['ssm'],
  description: 'AWS Systems Manager Parameter Store in one region, and how to log in to it.',
  columns: [{ name: 'Region', type: 'string', jsonPath: '.spec.region' }],
  spec: access,
});

/** `spec` of a ParameterStore. */
export type ParameterStoreConfig = Stored<typeof access>;

import type { AwsStoreConfig } from '../config/aws.ts';
import type { SecretsManagerConfig } from '../config/secrets-manager.ts';

/** What a config says about AWS, wherever it stands: the object's fields, and those that only a store has. */
export interface AwsConfig
  extends SecretsManagerConfig, Partial<Pick<AwsStoreConfig, 'sessionTagsPolicy' | 'customSessionTags'>> {}

/** Path of a field as the user wrote it: `spec.region` or `spec.provider.aws.region`. */
export type FieldPath = (path: string) => string;

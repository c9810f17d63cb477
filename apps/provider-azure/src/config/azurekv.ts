import { inlineConfig } from '@eso/api/schema';
import { access } from './parts.ts';

/** Azure Key Vault as a store of External Secrets 2.x has it. */
export const azurekvStore = inlineConfig({
  key: 'azurekv',
  description: 'Azure Key Vault, as External Secrets 2.9 describes it.',
  spec: access,
});

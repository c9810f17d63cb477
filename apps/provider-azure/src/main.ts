import { runProvider } from '@eso/api/server';
import { azureProvider } from './definition.ts';

runProvider(azureProvider());

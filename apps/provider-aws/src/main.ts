import { runProvider } from '@eso/api/server';
import { endpointsFrom } from './aws/endpoints.ts';
import { awsProvider } from './definition.ts';

runProvider(awsProvider({ endpoints: endpointsFrom(process.env) }));

import { runProvider } from '@eso/api/server';
import { fakeProvider } from './definition.ts';

runProvider(fakeProvider());

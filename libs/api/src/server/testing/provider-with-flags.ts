/** A provider with flags of its own, as a program; `TAKEN=1` gives one of them a name that the kit has. */
import { defineGenerator } from '../generators/define-generator.ts';
import { runProvider } from '../run-provider.ts';

const uuid = defineGenerator({
  apiVersion: 'generators.external-secrets.io/v1alpha1',
  kind: 'UUID',
  plural: 'uuids',
  metricName: 'UUID',
  generate: () => ({ values: new Map() }),
});
const flags = {
  'max-words': { type: 'number', default: 7, min: 1, describe: 'Most words in one value' },
  ...(process.env['TAKEN'] ? { listen: { type: 'string', default: 'x', describe: 'Something else' } as const } : {}),
} as const;

runProvider({ name: 'flags', kinds: [], generators: [uuid], flags });

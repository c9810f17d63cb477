import type { ConfigProblem } from '@eso/api/server';
import type { FieldPath } from './aws-config.ts';

/** A region becomes a label of the host name that is called, so it may be nothing but one. */
export function checkRegion(region: string, at: FieldPath): ConfigProblem[] {
  if (/^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(region)) return [];
  return [
    {
      field: at('region'),
      problem: `region not found: ${at('region')} is no name of a region`,
      nextStep: 'write the name of a region, such as eu-central-1',
    },
  ];
}

import { defineKind } from '../define-kind.ts';

/** A kind for tests that never ask for anything of it: a provider without one is refused at start. */
export const IDLE_KIND = defineKind<object>({
  apiVersion: 'provider.external-secrets.io/v2alpha1',
  kind: 'Idle',
  plural: 'idles',
  features: ['get'],
  metricName: 'Idle',
  open: () => ({}),
});

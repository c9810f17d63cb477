/** Providers and their charts move ahead of core's chart, with whatever resources, rights and programs that brought. */
import { previousRelease } from './pairing.ts';
import { testPairing } from './rows.ts';

const previous = previousRelease();

testPairing({
  programs: { core: previous, 'cert-manager-controller': previous },
  charts: { 'external-secrets': previous },
});

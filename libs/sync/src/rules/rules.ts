import { syncWindowProblems } from '../sync-windows/sync-windows.ts';
import { hasSource, noEmptyEntry, noEmptySourceRef, noRepeatedKey, oneSourceAnEntry } from './source-rules.ts';
import type { SpecRule } from './spec-rule.ts';
import {
  bootstrapToken,
  deleteNeedsOwner,
  mergeNeedsSecret,
  secretTemplateTargets,
  tokenByAnnotation,
  tokenByTemplate,
} from './target-rules.ts';

const windowsOpen: SpecRule = {
  id: 'windows-open',
  problems: syncWindowProblems,
  admission: { place: 'core', why: 'CEL reads neither cron fields nor dates' },
};

/**
 * All rules for the spec of an ExternalSecret, in the order in which upstream's webhook states them. The CRD's rules and the
 * admission policy are generated from this table; core checks the same, so that neither is trusted alone.
 */
export const specRules: readonly SpecRule[] = [
  deleteNeedsOwner,
  mergeNeedsSecret,
  hasSource,
  tokenByAnnotation,
  tokenByTemplate,
  bootstrapToken,
  secretTemplateTargets,
  oneSourceAnEntry,
  noEmptyEntry,
  noEmptySourceRef,
  noRepeatedKey,
  windowsOpen,
];

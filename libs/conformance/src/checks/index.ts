import type { RuleId } from '../rule-book.ts';
import { authenticationChecks } from './authentication.ts';
import { callChecks } from './calls.ts';
import type { Check } from './check.ts';
import { extensionChecks } from './extensions.ts';
import { findChecks } from './finding-secrets.ts';
import { healthChecks } from './health.ts';
import { namespaceChecks } from './namespaces.ts';
import { readingChecks } from './reading.ts';
import { reloadChecks } from './reload.ts';
import { shutdownChecks } from './shutdown.ts';
import { storeChecks } from './store.ts';
import { versionChecks } from './versions.ts';
import { wordChecks } from './words.ts';
import { writingChecks } from './writing.ts';

/** How each rule is checked. */
export const CHECKS: Readonly<Record<RuleId, Check>> = {
  ...authenticationChecks,
  ...healthChecks,
  ...storeChecks,
  ...readingChecks,
  ...findChecks,
  ...writingChecks,
  ...extensionChecks,
  ...namespaceChecks,
  ...callChecks,
  ...versionChecks,
  ...reloadChecks,
  ...shutdownChecks,
  ...wordChecks,
};

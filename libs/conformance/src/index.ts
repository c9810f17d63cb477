/**
 * Checks that a process is a provider, over the wire alone: for authors of providers in any language, whose own tests run it against
 * what they have built. The rules are those of docs/provider-contract.md.
 */
export {
  checkConformanceConfig,
  type ConformanceConfig,
  type ConformanceConfigInput,
  readConfig,
} from './config/config.ts';
export type { Hook } from './config/hooks.ts';
export { type Report, reportLines, type RuleReport, shortcomings } from './report.ts';
export type { RuleId } from './rule-book.ts';
export { type ConformanceOptions, type ConformanceTarget, RULES, runConformance } from './run-conformance.ts';

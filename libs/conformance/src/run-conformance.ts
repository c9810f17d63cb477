import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code, ConnectError } from '@connectrpc/connect';
import { type Feature, isFeature } from '@eso/api/contract';
import { CHECKS } from './checks/index.ts';
import { checkConformanceConfig, type ConformanceConfigInput } from './config/config.ts';
import { BrokenRule, NothingToCheck } from './broken-rule.ts';
import { Lab } from './lab.ts';
import type { Report, RuleReport } from './report.ts';
import { RULE_BOOK, type RuleEntry, type RuleId } from './rule-book.ts';
import { HEALTH_CHECK } from './wire/raw-session.ts';
import { readCredentials } from './wire/credentials.ts';

/** Which provider, and as whom it is asked. */
export interface ConformanceTarget {
  readonly host: string;
  readonly port: number;
  /** Directory with `tls.crt`, `tls.key` and `ca.crt` of a client that the provider accepts. */
  readonly certsDir: string;
  /** The same of a client of the same authority that it does not accept. Default: `stranger` in `certsDir`, where it is. */
  readonly strangerDir?: string;
}

/** How a run goes. */
export interface ConformanceOptions {
  /** What is behind the provider. Default nothing: rules that need something of it are not checked. */
  readonly config?: ConformanceConfigInput | undefined;
  /** Which rules are checked. Default all. */
  readonly only?: readonly RuleId[];
  /** Longest that one rule may take, milliseconds. Default 150,000. */
  readonly ruleTimeoutMs?: number;
  /** Told of each rule when it is done. */
  readonly onRule?: (rule: RuleReport) => void;
}

/** Whether the provider is there at all is known after this time, milliseconds. */
const MOST_FOR_FIRST_MS = 20_000;
/** The status of gRPC with this name. */
const UNAUTHENTICATED = 16;

/** Every rule's id and title, in the order in which they are checked. */
export const RULES: readonly { readonly id: RuleId; readonly title: string }[] = Object.entries(RULE_BOOK).map(
  ([id, { title }]) => ({ id: id as RuleId, title }),
);

/**
 * Checks every rule of the contract that can be checked, one after the other. A rule that is broken is in the report.
 * @throws TypeError for a config that cannot be used; Error where the client is not served at all, so that every refusal of others
 * would seem right; what the file system says of the certificates
 */
export async function runConformance(target: ConformanceTarget, options: ConformanceOptions = {}): Promise<Report> {
  const { only, ruleTimeoutMs = 150_000, onRule } = options;
  const config = checkConformanceConfig(options.config);
  const { host, port, certsDir, strangerDir = join(certsDir, 'stranger') } = target;
  const lab = new Lab({
    address: { host, port, serverName: config.serverName ?? host },
    credentials: await readCredentials(certsDir),
    stranger: existsSync(strangerDir) ? await readCredentials(strangerDir) : undefined,
    config,
  });
  const startedMs = performance.now();
  const rules: RuleReport[] = [];
  try {
    await checkServed(lab, Math.min(ruleTimeoutMs, MOST_FOR_FIRST_MS));
    const { features, problem } = await featuresOf(lab);
    lab.features = features;
    for (const { id } of RULES) {
      if (only && !only.includes(id)) continue;
      const rule = await checkRule(lab, id, problem, ruleTimeoutMs);
      rules.push(rule);
      onRule?.(rule);
    }
  } finally {
    lab.close();
  }
  return { rules, totalMs: Math.round(performance.now() - startedMs) };
}

/** @throws Error where no call of the client that is to be accepted gets an answer */
async function checkServed(lab: Lab, timeoutMs: number): Promise<void> {
  const { host, port, serverName } = lab.address;
  const where = `nothing can be checked at ${host}:${port} (${serverName})`;
  let status: number | undefined;
  try {
    const answer = async (): Promise<void> => {
      const session = await lab.raw();
      ({ status } = await session.call(HEALTH_CHECK).ended);
      session.destroy();
    };
    await withinTime(answer(), timeoutMs);
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (status === undefined || status === UNAUTHENTICATED)
    throw new Error(`${where}: a client with the certificate that is to be accepted is refused`);
}

/** What the kind can do: what the config says, else what it claims, else nothing, with what kept it from being known. */
async function featuresOf(lab: Lab): Promise<{ readonly features: ReadonlySet<Feature>; readonly problem?: string }> {
  const { features, store } = lab.config;
  if (features) return { features: new Set(features) };
  if (!store) return { features: new Set(), problem: 'the config has no store' };
  try {
    const answer = await lab.connection.store.capabilities(lab.through());
    return { features: new Set(answer.features.filter(isFeature)) };
  } catch (error) {
    return { features: new Set(), problem: `Capabilities was answered with ${Code[ConnectError.from(error).code]}` };
  }
}

async function checkRule(lab: Lab, id: RuleId, problem: string | undefined, timeoutMs: number): Promise<RuleReport> {
  const rule: RuleEntry = RULE_BOOK[id];
  const about = { id, title: rule.title, spec: `docs/provider-contract.md#${id}` };
  const lacks = lackOf(lab, rule, problem);
  if (lacks) return { ...about, outcome: 'notRun', ...lacks, ms: 0 };
  const startedMs = performance.now();
  const ms = (): number => Math.round(performance.now() - startedMs);
  try {
    await withinTime(CHECKS[id](lab), timeoutMs);
    return { ...about, outcome: 'passed', ms: ms() };
  } catch (error) {
    if (error instanceof NothingToCheck)
      return { ...about, outcome: 'notRun', reason: error.message, excused: true, ms: ms() };
    return { ...about, outcome: 'failed', reason: reasonOf(error), ms: ms() };
  }
}

type Lack = Pick<RuleReport, 'reason' | 'excused'>;

/** What keeps a rule from being checked. */
function lackOf(lab: Lab, rule: RuleEntry, problem: string | undefined): Lack | undefined {
  const { features = [], fixtures = [], hooks = [] } = rule;
  const { lacks = {}, hooks: given = {} } = lab.config;
  const missing = (name: string, what: string): Lack =>
    lacks[name]
      ? { reason: `there is no ${name}: ${lacks[name]}`, excused: true }
      : { reason: `the config has no ${what}` };
  for (const feature of features)
    if (!lab.features.has(feature))
      return problem === undefined
        ? { reason: `the kind does not claim ${feature}`, excused: true }
        : { reason: problem };
  for (const fixture of fixtures) if (!lab.has(fixture)) return missing(fixture, fixture);
  for (const hook of hooks) if (!given[hook]) return missing(hook, `hook ${hook}`);
  return undefined;
}

/** A failure that is none of a check's own words is the connection's, or the suite's: its message is what there is. */
function reasonOf(error: unknown): string {
  if (error instanceof BrokenRule) return error.message;
  return error instanceof Error ? `it ended with ${error.name}: ${error.message}` : 'it ended with what is no error';
}

async function withinTime(check: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BrokenRule(`it did not end within ${timeoutMs / 1_000} s`)), timeoutMs);
  });
  try {
    await Promise.race([check, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The chart's dashboard, as far as Prometheus is asked by it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

/** A query of the dashboard. */
export interface DashboardQuery {
  readonly panel: string;
  /** With Grafana's variables in it: `$job`, `$__rate_interval`. */
  readonly expr: string;
}

const dashboard = JSON.parse(
  readFileSync(join(root, 'charts', 'external-secrets', 'files', 'dashboard.json'), 'utf8'),
) as Dashboard;

/** Every query of every panel. */
export const dashboardQueries: readonly DashboardQuery[] = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ panel: title, expr })),
);

/** Titles of panels that are no rows. */
export const dashboardPanels: readonly string[] = dashboard.panels
  .filter(({ targets }) => targets !== undefined)
  .map(({ title }) => title);

/** The selector whose label `job` fills the variable of that name. @throws Error when it is filled in another way */
export function jobSelector(): string {
  const { definition = '' } = dashboard.templating.list.find(({ name }) => name === 'job') ?? {};
  const [, selector] = /^label_values\((.*), job\)$/.exec(definition) ?? [];
  if (selector === undefined) throw new Error(`dashboard.json: the variable job is ${definition}`);
  return selector;
}

/** As Grafana asks it. @param jobs what is chosen @param interval such as `1m` */
export const asAsked = (expr: string, jobs: readonly string[], interval: string): string =>
  expr.replaceAll('$job', jobs.join('|')).replaceAll('$__rate_interval', interval);

/** Which tests are to notice a fault in a project: its own, then those of what stands on it. Cheap ones first. */
export interface Suite {
  readonly kind: 'unit' | 'int';
  readonly project: string;
}

const CORE = 'apps/core';
const CERTIFICATES = 'apps/cert-manager-controller';
const FAKE = 'apps/provider-fake';

/** What contains a project, as far as its tests have something to say about it. Programs are in nothing. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  'libs/sync': [CORE],
  'libs/controller': [CORE, CERTIFICATES],
  'libs/http2': ['libs/kube', 'libs/client'],
  'libs/kube': ['libs/controller', CORE],
  'libs/api': [CORE, FAKE],
  'libs/pki': [CERTIFICATES],
};

/**
 * The suites for a project, in the order in which they run.
 * @param withInt whether a project has integration tests
 */
export function suitesFor(project: string, withInt: (project: string) => boolean): Suite[] {
  const projects = [project, ...(USERS[project] ?? [])];
  return [
    ...projects.map((each) => ({ kind: 'unit', project: each }) as const),
    ...projects.filter(withInt).map((each) => ({ kind: 'int', project: each }) as const),
  ];
}

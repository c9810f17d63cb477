/** Base URLs that stand in for AWS's own endpoints, which the SDK derives from the region. */
export interface Endpoints {
  readonly secretsManager?: string;
  readonly ssm?: string;
  readonly sts?: string;
  readonly ecr?: string;
  readonly ecrPublic?: string;
}

/** Upstream's variables. */
const VARIABLES: Readonly<Record<keyof Endpoints, string>> = {
  secretsManager: 'AWS_SECRETSMANAGER_ENDPOINT',
  ssm: 'AWS_SSM_ENDPOINT',
  sts: 'AWS_STS_ENDPOINT',
  ecr: 'AWS_ECR_ENDPOINT',
  ecrPublic: 'AWS_ECR_PUBLIC_ENDPOINT',
};

/**
 * Reads the endpoints that an operator sets for the whole process, for private endpoints and emulators. The variables are
 * upstream's; an empty one counts as not set.
 * @throws TypeError naming the variable that holds no http or https URL.
 */
export function endpointsFrom(env: Readonly<Record<string, string | undefined>>): Endpoints {
  const set = Object.entries(VARIABLES).flatMap(([service, name]) => {
    const url = endpoint(env, name);
    return url === undefined ? [] : [[service, url] as const];
  });
  return Object.fromEntries(set);
}

function endpoint(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new TypeError(`${name} must be an http or https URL, such as https://vpce-1.amazonaws.com`);
  return text;
}

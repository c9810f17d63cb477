import type { ConfigProblem } from '@eso/api/server';
import { type LoginConfig, loginWay, SERVICE_ACCOUNT_REF } from './login-way.ts';
import type { FieldPath } from './aws-config.ts';
import { SECRET_REF } from './static-keys.ts';

/**
 * What the schema lets through of the way to log in. That there is none is decided where it is known whether the config may use the
 * pod's own identity.
 */
export function checkAuth(auth: LoginConfig['auth'], at: FieldPath, prefer?: 'jwt' | 'secretRef'): ConfigProblem[] {
  const way = loginWay(auth ? { auth } : {}, prefer);
  switch (way.tag) {
    case 'pod':
      return [];
    case 'jwt':
      return way.ref
        ? []
        : [
            {
              field: at(SERVICE_ACCOUNT_REF),
              problem: `${at('auth.jwt')} lacks serviceAccountRef`,
              nextStep: 'name the ServiceAccount that is annotated with an IAM role',
            },
          ];
    case 'secretRef':
      return (['secretAccessKeySecretRef', 'accessKeyIDSecretRef'] as const)
        .filter((name) => !way.refs[name])
        .map((name) => ({
          field: at(`${SECRET_REF}.${name}`),
          problem: `${at(SECRET_REF)} lacks ${name}`,
          nextStep: 'name the Secret and the key that hold it',
        }));
  }
}

/** What is said of the login and has no effect. */
export function loginWarnings(config: LoginConfig, at: FieldPath): string[] {
  return [...authWarnings(config, at), ...roleWarnings(config, at), ...tagWarnings(config, at)];
}

function authWarnings({ auth }: LoginConfig, at: FieldPath): string[] {
  return auth?.jwt && auth.secretRef ? [`${at(SECRET_REF)} has no effect beside ${at('auth.jwt')}`] : [];
}

function tagWarnings(config: LoginConfig, at: FieldPath): string[] {
  const { role, sessionTags = [], sessionTagsPolicy: policy = 'None', customSessionTags = {} } = config;
  if (!role) return [];
  const custom = Object.entries(customSessionTags);
  const warnings: string[] = [];
  if (policy !== 'None' && sessionTags.length > 0)
    warnings.push(`${at('sessionTags')} has no effect with ${at('sessionTagsPolicy')} ${policy}`);
  if (policy !== 'Custom' && custom.length > 0)
    warnings.push(`${at('customSessionTags')} has no effect with ${at('sessionTagsPolicy')} ${policy}`);
  if (policy === 'Custom' && custom.some(([key, value]) => key === '' || value === ''))
    warnings.push(`${at('customSessionTags')} has a key or a value that is empty, which is left out`);
  return warnings;
}

/** What is said for a role, and no role is given. */
function roleWarnings(config: LoginConfig, at: FieldPath): string[] {
  const { role, externalID, sessionTags, transitiveTagKeys, sessionTagsPolicy } = config;
  if (role) return [];
  const policy = sessionTagsPolicy === 'None' ? undefined : sessionTagsPolicy;
  return Object.entries({ externalID, sessionTags, transitiveTagKeys, sessionTagsPolicy: policy })
    .filter(([, value]) => value !== undefined && value.length > 0)
    .map(([field]) => `${at(field)} has no effect without ${at('role')}`);
}

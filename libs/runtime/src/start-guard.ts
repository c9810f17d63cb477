import { DEFAULT_CIPHERS, DEFAULT_MAX_VERSION, DEFAULT_MIN_VERSION } from 'node:tls';

/** What a process was started with. */
export interface StartConditions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Node's own flags on the command line. */
  readonly execArgv: readonly string[];
  /** What those flags came to, as `node:tls` has it. */
  readonly tls: { readonly minVersion: string; readonly maxVersion: string; readonly ciphers: string };
}

/** Flags of Node that weaken a connection whatever the program asks for, and what they do. */
const FORBIDDEN_FLAGS: Readonly<Record<string, string>> = {
  '--tls-keylog': 'writes the keys of every TLS connection to a file',
  '--trace-tls': 'prints what TLS connections carry',
  '--insecure-http-parser': 'lets malformed HTTP through',
  '--security-revert': 'takes a security fix of Node back',
};
/** Names of ciphers without encryption or without authentication, as they stand in a list of OpenSSL's, alone or as a part of a name. */
const WEAK_CIPHER = /(?:^|[-+])(?:[AE]?NULL|ADH|AECDH|EXP\w*|LOW)(?:$|[-+])/i;

/**
 * Why a process must not start: something in its environment or in Node's flags turns TLS off or down. None of it is needed by anybody
 * who has certificates, and each of it would act on connections to the API server and to backends as well.
 * What only adds trust where no authorities are given (NODE_EXTRA_CA_CERTS, --use-system-ca) is left alone: every connection of the
 * installation's own gives its authorities.
 * @returns what is wrong and what to do, or undefined
 */
export function startProblem(conditions: StartConditions = current()): string | undefined {
  const { env, tls } = conditions;
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    return (
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the verification of certificates off: remove it; ' +
      'an authority of your own is named in the configuration of what it signs for'
    );
  for (const flag of nodeFlags(conditions)) {
    const effect = FORBIDDEN_FLAGS[flag];
    if (effect !== undefined) return `${flag} ${effect}: remove it from NODE_OPTIONS or the command line`;
  }
  if (tls.minVersion !== 'TLSv1.2' && tls.minVersion !== 'TLSv1.3')
    return `Node's flags allow ${tls.minVersion}: remove --tls-min-v1.0 and --tls-min-v1.1`;
  if (tls.maxVersion !== 'TLSv1.3') return `Node's flags do not allow TLS 1.3: remove --tls-max-v1.2`;
  if (allowsWeak(tls.ciphers))
    return '--tls-cipher-list has ciphers that do not encrypt or do not authenticate: remove them';
  return undefined;
}

/** Whether a cipher list adds weak ciphers, or lowers OpenSSL's level so far that it does; `!` and `-` take ciphers out. */
function allowsWeak(list: string): boolean {
  if (/@SECLEVEL=0/i.test(list)) return true;
  return list.split(/[:, ]+/).some((cipher) => !/^[!-]/.test(cipher) && WEAK_CIPHER.test(cipher));
}

/** Names of the flags, with dashes, as Node itself takes underscores for dashes; a later `--no-…` takes one back. */
function nodeFlags({ env, execArgv }: StartConditions): ReadonlySet<string> {
  const fromEnvironment = (env['NODE_OPTIONS'] ?? '').replaceAll(/["\\]/g, '').split(/\s+/);
  const flags = new Set<string>();
  for (const argument of [...fromEnvironment, ...execArgv]) {
    const name = (argument.split('=', 1)[0] ?? '').replaceAll('_', '-');
    if (name.startsWith('--no-')) flags.delete(`--${name.slice('--no-'.length)}`);
    else flags.add(name);
  }
  return flags;
}

function current(): StartConditions {
  return {
    env: process.env,
    execArgv: process.execArgv,
    tls: { minVersion: DEFAULT_MIN_VERSION, maxVersion: DEFAULT_MAX_VERSION, ciphers: DEFAULT_CIPHERS },
  };
}

import { type ErrorCode, ProviderError } from '@eso/api/server';
import type { FieldPath } from './azure-config.ts';
import type { AzureIdentity } from './identity.ts';
import type { RefusedAnswer } from './sdk-transport.ts';

/** What helps with an error of Entra, and what it means if not that the login is refused. */
interface Meaning {
  readonly problem: string;
  readonly nextStep: string;
  readonly code?: ErrorCode;
  /** Field of the config at fault, if not what proves the identity. */
  readonly field?: 'tenantId' | 'vaultUrl';
}

/** Errors of Entra that users can do something about, by their numbers. */
const KNOWN: Readonly<Record<number, Meaning>> = {
  90002: {
    code: 'CONFIG_INVALID',
    problem: 'knows no such tenant',
    nextStep: 'correct the ID of the tenant',
    field: 'tenantId',
  },
  900023: {
    code: 'CONFIG_INVALID',
    problem: 'knows no such tenant',
    nextStep: 'correct the ID of the tenant',
    field: 'tenantId',
  },
  700016: { problem: 'knows no such app in the tenant', nextStep: 'correct the client ID or the ID of the tenant' },
  7000215: {
    problem: 'does not accept the client secret',
    nextStep: 'put the value (not the ID) of a valid client secret there',
  },
  7000222: {
    problem: 'does not accept the client secret any more: it has expired',
    nextStep: 'make a new client secret and put it there',
  },
  700027: {
    problem: 'does not know the certificate of the app',
    nextStep: 'upload the certificate to the app registration, or refer to one that it has',
  },
  700024: {
    problem: 'does not accept the assertion: it is out of its time',
    nextStep: 'check the clocks of the cluster',
  },
  700211: {
    problem: 'trusts no such issuer for the app',
    nextStep: "add a federated credential with the cluster's issuer to the app registration",
  },
  700212: {
    problem: 'trusts no such audience for the app',
    nextStep: 'correct the audience of the federated credential of the app registration',
  },
  700213: {
    problem: 'trusts no such ServiceAccount for the app',
    nextStep:
      'add a federated credential with the subject system:serviceaccount:NAMESPACE:NAME to the app registration',
  },
  70021: {
    problem: 'has no federated credential that matches the ServiceAccount',
    nextStep: 'add one with issuer, subject and audience to the app registration',
  },
  500011: {
    code: 'CONFIG_INVALID',
    problem: 'does not know the resource that the token is for',
    nextStep: 'correct the cloud, or let the tenant know Key Vault',
    field: 'vaultUrl',
  },
};

/** The failure of a login that Entra, or the metadata endpoint of the machine, refused. Nothing of its text is shown but its numbers. */
export function refusedLogin(answer: RefusedAnswer, identity: AzureIdentity, at: FieldPath): ProviderError {
  const { status, host, retryAfterMs } = answer;
  const { error, numbers, requestId } = wordsOf(answer);
  const number = numbers.find((each) => KNOWN[each] !== undefined) ?? numbers[0];
  const name = number === undefined ? (error ?? `HTTP ${status}`) : `AADSTS${number}`;
  const backend = { code: name, ...(requestId === undefined ? {} : { requestId }) };
  if (status === 429)
    return new ProviderError('BACKEND_THROTTLED', `${host} limits the rate of logins`, {
      backend,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  if (status >= 500 || error === undefined)
    return new ProviderError('BACKEND_UNAVAILABLE', `${host} answers a login with HTTP ${status}`, {
      backend,
      nextStep: "check the status of Azure, and the provider's network",
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  const known = number === undefined ? undefined : KNOWN[number];
  const { problem = 'does not accept the login', code = 'CREDENTIALS_REJECTED', field, nextStep } = known ?? {};
  return new ProviderError(code, `${host} ${problem} (${name})`, {
    field: field === undefined ? identity.field : at(field),
    nextStep: nextStep ?? `correct what ${identity.field} refers to`,
    backend,
  });
}

interface Words {
  readonly error?: string;
  readonly numbers: readonly number[];
  readonly requestId?: string;
}

/** OAuth's own error, Entra's numbers and what Microsoft finds the call by; absent where the answer is nothing of the kind. */
function wordsOf({ body, requestId }: RefusedAnswer): Words {
  try {
    const { error, error_codes: codes, trace_id: traceId } = JSON.parse(body) as Record<string, unknown>;
    const numbers = Array.isArray(codes) ? codes.filter((code): code is number => Number.isInteger(code)) : [];
    const found = typeof traceId === 'string' && /^[-0-9a-zA-Z]{1,64}$/.test(traceId) ? traceId : requestId;
    return {
      ...(typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) && { error }),
      numbers,
      ...(found !== undefined && { requestId: found }),
    };
  } catch {
    return { numbers: [] };
  }
}

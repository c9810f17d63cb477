import { ProviderError } from '../../contract/provider-error.ts';

/** The error for an object that could not be read although it may well be there. */
export function kubeProblem(what: string, cause: unknown): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', `${what} cannot be read from the Kubernetes API at the moment`, {
    nextStep: 'nothing: the call is repeated; if it lasts, check that the provider reaches the API server',
    cause,
  });
}

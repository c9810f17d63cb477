/** The contract beside its messages: codes, limits, methods and features of the wire, the same on both ends. */
export { codeForStatus, type ErrorCode, type ErrorCodeInfo, errorCodes, isErrorCode } from './codes.ts';
export { CLIENT_REFUSED } from './client-refused.ts';
export { fromConnectError, statusText, toConnectError } from './error-wire.ts';
export {
  coarseCapabilities,
  type Feature,
  features,
  isFeature,
  isSpoken,
  type ProtocolRange,
  protocolRange,
} from './features.ts';
export { limits } from './limits.ts';
export { mayRetry, methodPath, type RetryRule, retryRule } from './methods.ts';
export { type BackendAnswer, ProviderError, type ProviderErrorOptions } from './provider-error.ts';
export { publicText, quotedText } from './public-text.ts';

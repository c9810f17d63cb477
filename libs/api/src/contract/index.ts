export { codeForStatus, type ErrorCode, type ErrorCodeInfo, errorCodes, isErrorCode } from './codes.ts';
export { fromConnectError, toConnectError } from './error-wire.ts';
export { limits } from './limits.ts';
export { mayRetry, methodPath, type RetryRule, retryRule } from './methods.ts';
export { type BackendAnswer, ProviderError, type ProviderErrorOptions } from './provider-error.ts';
export { publicText } from './public-text.ts';

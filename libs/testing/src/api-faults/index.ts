export { ApiFaultProxy, type ApiFaultProxyOptions, type EventFate, type EventRule } from './api-fault-proxy.ts';
export { type ApiRequest, type ApiVerb, isWrite, matchesSelector, type RequestSelector } from './api-request.ts';
export { RandomFaults, type RandomFaultsOptions } from './random-faults.ts';
export {
  type ApiAnswer,
  type ApiFault,
  atWrite,
  intercepting,
  type Interceptor,
  type InterceptorHooks,
  onlyFirst,
  type RefusalFault,
} from './interceptor.ts';
export { SeededRandom } from './random.ts';
export { type EventSelector, WatchHold } from './watch-hold.ts';

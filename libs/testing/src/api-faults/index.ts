export { ApiFaultProxy, type ApiFaultProxyOptions, type EventFate, type EventRule } from './api-fault-proxy.ts';
export { type ApiRequest, type ApiVerb, isWrite, type RequestSelector, selects } from './api-request.ts';
export { FaultWeather, type FaultWeatherOptions } from './fault-weather.ts';
export {
  type ApiAnswer,
  type ApiFault,
  atWrite,
  type Deed,
  intercepting,
  type Interceptor,
  onlyFirst,
  type Refusal,
} from './interceptor.ts';
export { SeededRandom } from './random.ts';
export { type EventSelector, WatchHold } from './watch-hold.ts';

/** What every process needs before it does anything: clock, logger, metrics, probes, flags, errors, shutdown. It knows no Kubernetes. */
export { formatAddress, type ListenAddress, parseListenAddress } from './address.ts';
export * from './async/index.ts';
export { type Clock, ManualClock, systemClock } from './clock.ts';
export { CodedError, type CodedErrorOptions } from './coded-error.ts';
export { ComputedMetric, type ComputedMetricOptions, type MetricSample } from './computed-metric.ts';
export { ConnectionLimiter } from './connection-limiter.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { RuntimeError, type RuntimeErrorCode } from './error.ts';
export { eventLoopCheck, type EventLoopCheckOptions } from './event-loop.ts';
export { flagHelp, parseFlags } from './flags.ts';
export type { Flag, FlagSpec, FlagValues } from './flag.ts';
export type { Admission, AdmissionRequest, Listener, ServerCertificate } from './listener-options.ts';
export { listenMetrics, listenProbes, type MetricsOptions, type ProbeOptions } from './listeners.ts';
export { createLogger, LOG_LEVELS, type Logger, type LoggerOptions, type LogLevel, silentLogger } from './logger.ts';
export {
  Counter,
  counterOf,
  createRegistry,
  Gauge,
  gaugeOf,
  Histogram,
  histogramOf,
  Registry,
  type RegistryOptions,
} from './metrics.ts';
export { plainText } from './plain-text.ts';
export { type HealthCheck, type HealthCheckResult, Readiness } from './readiness.ts';
export { LogThrottle, type LogThrottleOptions } from './log-throttle.ts';
export { excessOf, regexpLimits } from './regexp/limits.ts';
export { type ProgramCost, programCost } from './regexp/program-cost.ts';
export { isSensitiveName, REDACTED } from './redact.ts';
export { COMMON_FLAGS, type MainContext, type MainOptions, runMain } from './shutdown.ts';
export { bounded, errorText, isError } from './text.ts';
export * from './worker/index.ts';

/** Which series core serves about objects. */
export interface MetricSettings {
  /** Series of each object, as External Secrets 2.x has them. Without them there are the sums alone. */
  readonly perObject: boolean;
  /** Labels `app_kubernetes_io_*` beside the name, out of the object's labels. */
  readonly extendedLabels: boolean;
}

/** As External Secrets 2.x comes. */
export const DEFAULT_METRIC_SETTINGS: MetricSettings = { perObject: true, extendedLabels: false };

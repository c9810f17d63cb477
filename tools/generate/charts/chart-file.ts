/** What of a Chart.yaml is read here. */
export interface ChartFile {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly type: string;
  readonly dependencies?: readonly { readonly name: string; readonly 'import-values'?: readonly unknown[] }[];
}

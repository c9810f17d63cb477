/** A rule that a spec breaks. */
export interface SpecProblem {
  /** Path of the field to change. */
  readonly field: string;
  /** What is wrong; upstream's text where upstream has the rule. */
  readonly text: string;
  /** What to do. Default: to correct the ExternalSecret. */
  readonly nextStep?: string;
}

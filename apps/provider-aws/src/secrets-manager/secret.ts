/** A secret's content: at least one of the two in theory, exactly one in practice. */
export interface SecretValue {
  readonly text?: string | undefined;
  readonly binary?: Uint8Array | undefined;
}

/** A secret as AWS lists it. */
export interface ListedSecret {
  readonly name: string;
  readonly arn: string;
  readonly tags: ReadonlyMap<string, string>;
}

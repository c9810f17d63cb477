/** Objects as an API server stores them, as far as External Secrets 2.9 looks at them. Written anew: nothing of ours is imported. */

/** Labels, annotations, or data in base64. */
export type Texts = Readonly<Record<string, string>>;

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

/** One entry of `metadata.managedFields`. */
export interface ManagedFields {
  readonly manager?: string | undefined;
  readonly operation?: string | undefined;
  readonly subresource?: string | undefined;
  readonly fieldsV1?: Readonly<Record<string, unknown>> | undefined;
}

export interface Meta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly labels?: Texts | undefined;
  readonly annotations?: Texts | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly ownerReferences?: readonly Owner[] | undefined;
  readonly managedFields?: readonly ManagedFields[] | undefined;
  readonly deletionTimestamp?: string | undefined;
}

/** A v1 Secret. */
export interface TargetSecret {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Meta;
  /** Values in base64. */
  readonly data?: Texts | undefined;
  readonly type?: string | undefined;
  readonly immutable?: boolean | undefined;
}

export interface StoreReference {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

export interface RemoteReference {
  readonly key: string;
  readonly property?: string | undefined;
  readonly decodingStrategy?: string | undefined;
}

export interface DataEntry {
  readonly secretKey: string;
  readonly remoteRef: RemoteReference;
  readonly sourceRef?: { readonly storeRef?: StoreReference | undefined } | undefined;
}

export interface DataFromEntry {
  readonly extract?: RemoteReference | undefined;
  readonly find?: { readonly name?: { readonly regexp?: string | undefined } | undefined } | undefined;
  readonly sourceRef?: { readonly storeRef?: StoreReference | undefined } | undefined;
}

export interface TemplateItems {
  readonly name: string;
  readonly items: readonly { readonly key: string; readonly templateAs?: string | undefined }[];
}

export interface TemplateFromEntry {
  readonly target?: string | undefined;
  readonly configMap?: TemplateItems | undefined;
  readonly secret?: TemplateItems | undefined;
  readonly literal?: string | undefined;
}

/** `spec.target.template` */
export interface Template {
  readonly type?: string | undefined;
  readonly mergePolicy?: string | undefined;
  readonly metadata?:
    | {
        readonly labels?: Texts | undefined;
        readonly annotations?: Texts | undefined;
        readonly finalizers?: readonly string[] | undefined;
      }
    | undefined;
  readonly data?: Texts | undefined;
  readonly templateFrom?: readonly TemplateFromEntry[] | undefined;
}

export interface SyncWindows {
  readonly kind: string;
  readonly windows: readonly { readonly schedule: string; readonly duration: string }[];
}

export interface ReadyCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
}

export interface SyncStatus {
  readonly refreshTime?: string | null | undefined;
  readonly syncedResourceVersion?: string | undefined;
  readonly conditions?: readonly ReadyCondition[] | undefined;
  readonly binding?: { readonly name?: string | undefined } | undefined;
}

/** An external-secrets.io/v1 ExternalSecret whose target is a Secret. */
export interface SyncedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Meta;
  readonly spec: {
    readonly secretStoreRef?: StoreReference | undefined;
    readonly refreshPolicy?: string | undefined;
    readonly refreshInterval?: string | undefined;
    readonly syncWindows?: SyncWindows | undefined;
    readonly target?:
      | {
          readonly name?: string | undefined;
          readonly creationPolicy?: string | undefined;
          readonly deletionPolicy?: string | undefined;
          readonly immutable?: boolean | undefined;
          readonly template?: Template | undefined;
        }
      | undefined;
    readonly data?: readonly DataEntry[] | undefined;
    readonly dataFrom?: readonly DataFromEntry[] | undefined;
  };
  readonly status?: SyncStatus | undefined;
}

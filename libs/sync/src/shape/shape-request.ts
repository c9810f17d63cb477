import type { ExternalSecretTemplate } from '@eso/api/resources';
import type { SecretData } from '../data/secret-data.ts';
import type { Answer } from '../external-secret/assemble.ts';

/** What is made of the answers of one pass. */
export interface ShapeRequest {
  readonly answers: readonly Answer[];
  /** Absent: the target gets what was fetched. */
  readonly template?: TemplateRequest;
}

/** How the target is rendered. */
export interface TemplateRequest {
  readonly target: 'secret' | 'manifest';
  /** `spec.target.template` as written; empty for a manifest without one. */
  readonly template: ExternalSecretTemplate;
  /** The texts that its `templateFrom` entries refer to, as they are now. */
  readonly texts: readonly TemplateText[];
  readonly delimiters: { readonly left: string; readonly right: string };
  /** Render although nothing was fetched, as deletionPolicy Merge wants it. */
  readonly rendersEmpty: boolean;
}

/** One text out of a ConfigMap or a Secret, for one item of one `templateFrom` entry. */
export interface TemplateText {
  /** Path of the item, such as `spec.target.template.templateFrom[0].configMap.items[1]`. */
  readonly field: string;
  /** Index of the entry in `templateFrom`. */
  readonly entry: number;
  /** Nothing of a text out of a Secret is quoted anywhere. */
  readonly from: 'configMap' | 'secret';
  /** Index of the item in the reference's `items`. */
  readonly item: number;
  readonly key: string;
  readonly text: Uint8Array;
}

/** Values of a JSON document. */
export type DocumentValue =
  string | number | boolean | null | readonly DocumentValue[] | { readonly [key: string]: DocumentValue };

/** What a target is made of. */
export interface ShapedContent {
  /** What all sources together gave, before templates. */
  readonly fetched: SecretData;
  /** Absent: there is no template, or nothing to render. */
  readonly rendered?: RenderedSecret | RenderedManifest;
}

/** Labels and annotations of the template, rendered. */
interface RenderedMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A Secret as its template makes it: the data is all of what was fetched and rendered that it gets. */
export interface RenderedSecret extends RenderedMetadata {
  readonly kind: 'secret';
  readonly data: SecretData;
}

/** Another object as its template makes it: its fields besides `metadata`. */
export interface RenderedManifest extends RenderedMetadata {
  readonly kind: 'manifest';
  readonly object: Readonly<Record<string, DocumentValue>>;
}

import type { Mark } from './cursor.ts';

/** What the scanner finds. Names follow libyaml. */
export type YamlToken =
  | { readonly kind: Punctuation; readonly start: Mark }
  | { readonly kind: 'alias' | 'anchor'; readonly start: Mark; readonly name: string }
  | { readonly kind: 'tag'; readonly start: Mark; readonly handle: string; readonly suffix: string }
  | { readonly kind: 'scalar'; readonly start: Mark; readonly text: string; readonly plain: boolean }
  | { readonly kind: 'versionDirective'; readonly start: Mark; readonly version: string }
  | { readonly kind: 'tagDirective'; readonly start: Mark; readonly handle: string; readonly prefix: string };

/** Tokens that say nothing but where they stand. */
export type Punctuation =
  | 'streamEnd'
  | 'documentStart'
  | 'documentEnd'
  | 'blockSequenceStart'
  | 'blockMappingStart'
  | 'blockEnd'
  | 'flowSequenceStart'
  | 'flowSequenceEnd'
  | 'flowMappingStart'
  | 'flowMappingEnd'
  | 'blockEntry'
  | 'flowEntry'
  | 'key'
  | 'value';

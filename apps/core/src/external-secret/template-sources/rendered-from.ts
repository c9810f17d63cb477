import { compareResourceVersions } from '@eso/kube';
import type { SourceView } from './source-watches.ts';

/** The versions that a target was rendered from, in the order of the sources; '' for one that was absent. As one text, which costs little. */
export type RenderedFrom = string;

/** Writes them down. */
export function renderedFrom(versions: readonly string[]): RenderedFrom {
  return versions.join(',');
}

/** One source, and where it is looked for. */
export interface WatchedSource {
  readonly name: string;
  /** Undefined: it is not known yet what is there. */
  readonly view: SourceView | undefined;
}

/** What the watches show of the sources; undefined where one of them shows nothing yet. */
export function versionsNow(sources: readonly WatchedSource[]): RenderedFrom | undefined {
  const versions: string[] = [];
  for (const { name, view } of sources) {
    if (!view) return undefined;
    versions.push(view.get(name)?.metadata.resourceVersion ?? '');
  }
  return renderedFrom(versions);
}

/**
 * Whether a source is another one than when the target was rendered. A watch that lags behind what was read then says nothing.
 * @param rendered undefined where it is not known any more: then a source counts that was written since
 * @param refreshedAtMs when the target was last brought in line, milliseconds since the epoch in whole seconds
 */
export function isAnySourceChanged(
  sources: readonly WatchedSource[],
  rendered: RenderedFrom | undefined,
  refreshedAtMs: number,
): boolean {
  const versions = rendered?.split(',');
  return sources.some(({ name, view }, index) => {
    if (!view) return false;
    const seen = view.get(name);
    if (!versions) return !seen || seen.changedAtMs >= refreshedAtMs;
    const version = versions[index] ?? '';
    if (seen) return compareResourceVersions(seen.metadata.resourceVersion, version) > 0;
    return version !== '' && compareResourceVersions(view.position, version) >= 0;
  });
}

import { bounded } from '@eso/runtime';
import { KubeError } from '../error.ts';
import type { KubeObject } from '../resource/index.ts';
import type { WatchEvent } from './options.ts';
import { errorFromWatchStatus } from './status.ts';

type WholeEvent<T> = Exclude<WatchEvent<T>, { type: 'OVERSIZED' }>;

/**
 * Reads one line of a watch.
 * @param request what was asked, for messages
 * @throws KubeError of an ERROR event, or PROTOCOL for a line that is no event
 */
export function parseWatchLine<T extends KubeObject>(
  request: string,
  line: string,
): Exclude<WatchEvent<T>, { type: 'OVERSIZED' }> {
  const { type, object } = parseJson(request, line);
  if (type === 'ERROR') throw errorFromWatchStatus(request, object);
  if (isEventType(type) && typeof object?.metadata?.resourceVersion === 'string')
    return { type, object } as WholeEvent<T>;
  const what = bounded(String(type), 32);
  throw new KubeError('PROTOCOL', `${request} sent an event of unknown type or without an object: ${what}`);
}

function isEventType(type: string | undefined): boolean {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
}

interface RawEvent {
  type?: string;
  object?: { metadata?: { resourceVersion?: unknown } };
}

function parseJson(request: string, line: string): RawEvent {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // The parser's own message quotes the text, which may hold a Secret.
  }
  throw new KubeError('PROTOCOL', `${request} sent a line that is not a JSON object`);
}

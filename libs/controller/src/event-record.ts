import type { CoreEvent, ObjectMeta } from '@eso/kube';
import { bounded, plainText } from '@eso/runtime';

/** What an event is about: any object as it came from the API server. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'uid' | 'resourceVersion'>;
}

/** Events that are equal in all of this are one event with a count. */
export interface EventContent {
  readonly subject: EventSubject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Limit of the Kubernetes API for the message of a v1 Event, in bytes. */
const MESSAGE_BYTES = 1_024;
/** Limit for the name of an object. */
const NAME_CHARS = 253;

/** What happened to `object`, with nothing of it but what an event names. The message is cut at what the API takes. */
export function eventContent(
  object: EventSubject,
  type: EventContent['type'],
  reason: string,
  message: string,
): EventContent {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, uid, resourceVersion } = metadata;
  const subject = {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
  return { subject, type, reason, message: bounded(plainText(message), MESSAGE_BYTES) };
}

/** By what equal events are recognised. */
export function contentKey({ subject, type, reason, message }: EventContent): string {
  return JSON.stringify([subjectKey(subject), type, reason, message]);
}

/** By what the object of an event is recognised; one that was created anew is another object. */
export function subjectKey({ kind, metadata }: EventSubject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid ?? ''}`;
}

/** When an event happened, and how often. */
export interface EventStamp {
  /** Wall-clock milliseconds of the first and the last occurrence. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  /** Makes names differ within one millisecond; 0 to 999,999. */
  readonly serial: number;
}

/** The v1 Event to create. Events of cluster-scoped objects live in namespace `default`, as the API server demands. */
export function newEvent(content: EventContent, component: string, stamp: EventStamp): CoreEvent {
  const { subject, type, reason, message } = content;
  const { name, namespace, uid, resourceVersion } = subject.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(name, stamp), namespace: namespace ?? 'default' },
    involvedObject: {
      apiVersion: subject.apiVersion,
      kind: subject.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type,
    reason,
    message,
    count: stamp.count,
    firstTimestamp: seconds(stamp.firstMs),
    lastTimestamp: seconds(stamp.lastMs),
    source: { component },
    reportingComponent: component,
  };
}

/** The change of an event that happened again: its count, and when. */
export function repeatPatch({
  count,
  lastMs,
}: Pick<EventStamp, 'count' | 'lastMs'>): Pick<CoreEvent, 'count' | 'lastTimestamp'> {
  return { count, lastTimestamp: seconds(lastMs) };
}

/** As client-go names them: the object's name and the time in hexadecimal nanoseconds. */
function eventName(object: string, { firstMs, serial }: EventStamp): string {
  const suffix = (BigInt(firstMs) * 1_000_000n + BigInt(serial)).toString(16);
  const room = NAME_CHARS - suffix.length - 1;
  return `${object.slice(0, room).replace(/[-.]+$/, '')}.${suffix}`;
}

function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

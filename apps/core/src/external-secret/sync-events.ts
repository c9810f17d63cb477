import { type ExternalSecret, ExternalSecretEventReason as Reason } from '@eso/api/resources';
import type { EventRecorder } from '@eso/controller';
import { eventMessage, type Problem, type Source, targetName } from '@eso/sync';
import { bounded, plainText } from '@eso/runtime';
import type { InformerProblem } from '../informer-use.ts';
import type { TargetWriteResult } from './target/target.ts';
import type { TargetWords } from './target/words.ts';

/** As much of a remote key as one message names. */
const MAX_KEY_BYTES = 256;
/** How many keys of a Secret one message names. */
const MAX_NAMED_KEYS = 20;

/** The events of an ExternalSecret: what a pass did, as users read it. */
export class SyncEvents {
  readonly #recorder: Pick<EventRecorder, 'event'>;

  constructor(recorder: Pick<EventRecorder, 'event'>) {
    this.#recorder = recorder;
  }

  /** A target was written or removed; nothing is said of one that was left as it is. */
  written(es: ExternalSecret, words: TargetWords, result: TargetWriteResult): void {
    const name = targetName(es);
    if (result.kind === 'created') this.#normal(es, Reason.created, words.events.created(name));
    if (result.kind === 'deleted') this.#normal(es, Reason.deleted, words.events.deleted(name));
    if (result.kind === 'updated') {
      if (result.lostKeys && result.lostKeys.length > 0) this.#adopted(es, name, result.lostKeys);
      this.#normal(es, Reason.updated, words.events.updated(name));
    }
  }

  /** What stood under an earlier name is gone. */
  orphansDeleted(es: ExternalSecret, words: TargetWords): void {
    this.#normal(es, Reason.deleted, words.events.orphanDeleted(targetName(es)));
  }

  /** A source is absent, and the sync goes on without it. */
  sourceMissing(es: ExternalSecret, source: Source): void {
    const place = `spec.${source.kind === 'data' ? 'data' : 'dataFrom'}[${source.index}]`;
    const key = source.kind === 'data' ? ` (key=${bounded(plainText(source.ref.key), MAX_KEY_BYTES)})` : '';
    this.#normal(es, Reason.missingProviderSecret, `secret does not exist at provider using ${place}${key}`);
  }

  /** What its template reads is not followed: the target is right, and stays behind what changes. */
  sourcesUnwatched(es: ExternalSecret, { code, publicMessage, nextStep }: InformerProblem): void {
    const what = `${publicMessage}, so that a change of what the template reads is noticed at the next refresh only`;
    const problem = { code, field: 'spec.target.template.templateFrom', publicMessage: what, nextStep };
    this.#recorder.event(es, 'Warning', Reason.templateSourcesUnwatched, eventMessage(problem));
  }

  /** A pass failed. */
  failed(es: ExternalSecret, problem: Problem): void {
    this.#recorder.event(es, 'Warning', Reason.updateFailed, eventMessage(problem));
  }

  /** Whoever made the Secret by hand has to learn what it does not hold any more. */
  #adopted(es: ExternalSecret, name: string, lostKeys: readonly string[]): void {
    const named = lostKeys.slice(0, MAX_NAMED_KEYS).join(', ');
    const more = lostKeys.length - MAX_NAMED_KEYS;
    const message = `${name} existed already and was taken over; keys that it lost: ${named}${more > 0 ? ` and ${more} more` : ''}`;
    this.#recorder.event(es, 'Warning', Reason.adopted, message);
  }

  #normal(es: ExternalSecret, reason: string, message: string): void {
    this.#recorder.event(es, 'Normal', reason, message);
  }
}

/** What the fields do that say when values are fetched again. */
import type { ExternalSecretSpec } from '@eso/api/resources';
import type { FieldEntry } from './field-entry.ts';

type Windows = NonNullable<ExternalSecretSpec['syncWindows']>;

const every: Partial<ExternalSecretSpec> = { refreshInterval: '1s' };
const windows = (kind: Windows['kind'], schedule: string, duration: string): Partial<ExternalSecretSpec> => ({
  ...every,
  syncWindows: { kind, windows: [{ schedule, duration }] },
});
/** Opens each minute, for an hour. */
const ALWAYS = '* * * * *';
/** Opens once a year, in the first minute. */
const HARDLY_EVER = '0 0 1 1 *';

const follows = { data: { user: 'third' } };
const stays = { data: { user: 'first' } };

/** Fields of `spec` about time: the backend's value changes, and one of the two follows. */
export const TIME_FIELDS: readonly FieldEntry[] = [
  {
    fields: ['spec.refreshInterval'],
    does: 'is the time between two refreshes',
    with: every,
    follows: 'with',
    shows: follows,
    otherwise: stays,
  },
  {
    fields: ['spec.refreshPolicy'],
    does: 'says whether there are any',
    without: every,
    with: { ...every, refreshPolicy: 'OnChange' },
    follows: 'without',
    shows: stays,
    otherwise: follows,
  },
  {
    fields: ['spec.syncWindows.kind'],
    does: 'says whether they happen inside of windows or outside',
    without: windows('deny', ALWAYS, '1h'),
    with: windows('allow', ALWAYS, '1h'),
    follows: 'with',
    shows: follows,
    otherwise: stays,
  },
  {
    fields: ['spec.syncWindows.windows[].schedule'],
    does: 'says when a window opens',
    without: windows('allow', HARDLY_EVER, '1m'),
    with: windows('allow', ALWAYS, '1m'),
    follows: 'with',
    shows: follows,
    otherwise: stays,
  },
  {
    fields: ['spec.syncWindows.windows[].duration'],
    does: 'says how long it stays open',
    without: windows('allow', HARDLY_EVER, '1m'),
    with: windows('allow', HARDLY_EVER, '9000h'),
    follows: 'with',
    shows: follows,
    otherwise: stays,
  },
];

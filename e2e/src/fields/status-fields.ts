/** The fields that core writes. */
import type { StatusEntry } from './field-entry.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Fields of `status`: of one that is ready, and of one whose secret is absent. */
export const STATUS_FIELDS: readonly StatusEntry[] = [
  {
    fields: ['status.refreshTime'],
    ready: ({ refreshTime }) => refreshTime,
    shows: expect.stringMatching(TIME) as unknown,
    failed: undefined,
  },
  {
    fields: ['status.syncedResourceVersion'],
    ready: ({ syncedResourceVersion }) => syncedResourceVersion,
    shows: expect.stringMatching(/^1-[0-9a-f]{56}$/) as unknown,
    failed: undefined,
  },
  {
    fields: ['status.conditions[].type', 'status.conditions[].status'],
    ready: ({ conditions }) => conditions?.map(({ type, status }) => [type, status]),
    shows: [['Ready', 'True']],
    failed: [['Ready', 'False']],
  },
  {
    fields: ['status.conditions[].reason'],
    ready: ({ conditions }) => conditions?.[0]?.reason,
    shows: 'SecretSynced',
    failed: 'SecretSyncedError',
  },
  {
    fields: ['status.conditions[].message'],
    ready: ({ conditions }) => conditions?.[0]?.message,
    shows: 'secret synced',
    failed: expect.stringMatching(/^could not get secret data from provider: .*\[SECRET_NOT_FOUND\]/) as unknown,
  },
  {
    fields: ['status.conditions[].lastTransitionTime'],
    ready: ({ conditions }) => conditions?.[0]?.lastTransitionTime,
    shows: expect.stringMatching(TIME) as unknown,
    failed: expect.stringMatching(TIME) as unknown,
  },
  { fields: ['status.binding.name'], ready: ({ binding }) => binding?.name, shows: 'status-ready', failed: undefined },
];

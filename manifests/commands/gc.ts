import { buildCommand } from '@stricli/core';
import type { RepoContext } from '../context.ts';
import { collectGarbage, type Garbage } from '../gc/collect-garbage.ts';
import { openStore, type StoreLocation } from '../store/location.ts';
import { storePositional } from './model-flags.ts';
import { fail, jsonFlag, megabytes, succeed } from './output.ts';
import { daysArgument } from './parsers.ts';

type Flags = { readonly olderThan: number; readonly delete: boolean; readonly json: boolean };

const DAY_MS = 24 * 60 * 60 * 1000;

export const gc = buildCommand<Flags, [StoreLocation], RepoContext>({
  async func(flags, location) {
    const store = await openStore(location, this.process.env, this.signal);
    if (!store.ok) return fail(this, flags, store.failure);
    const bound = { olderThanMs: flags.olderThan * DAY_MS, nowMs: this.nowMs };
    const collected = await collectGarbage(store.value, bound, { isDryRun: !flags.delete });
    if (!collected.ok) return fail(this, flags, collected.failure);
    succeed(this, flags, { json: collected.value, text: summary(collected.value, flags) });
  },
  parameters: {
    positional: storePositional,
    flags: {
      olderThan: {
        kind: 'parsed',
        parse: daysArgument,
        brief: 'Days that a chunk must have lain unneeded; longer than any publication takes',
        placeholder: 'days',
        default: '30',
      },
      delete: {
        kind: 'boolean',
        brief: 'Do it; else it is only counted',
        default: false,
        withNegated: false,
      },
      json: jsonFlag,
    },
  },
  docs: {
    brief:
      'Remove chunks that no release needs, as abandoned publications leave them, and metadata that renewals replaced',
    fullDescription:
      'Chunks lie in trash/ for as many days again before they are gone. A publication may go on meanwhile. Of an R2 bucket behind a Worker too, with keys of R2.',
    customUsage: [
      { input: 's3://firmware', brief: 'Count' },
      { input: 'r2://cistern-firmware --older-than 60 --delete', brief: 'Clean up' },
    ],
  },
});

function summary(garbage: Garbage, flags: Flags): string {
  const { chunkCount, referencedCount, garbageCount, garbageBytes, youngCount, supersededCount } = garbage;
  const counted = `${chunkCount} chunks, ${referencedCount} needed; ${garbageCount} (${megabytes(garbageBytes)}) not needed and older than ${flags.olderThan} days, ${youngCount} younger; ${supersededCount} metadata files that nothing valid names`;
  if (!flags.delete) return `${counted}. Nothing was removed: no --delete.`;
  return `${counted}. Moved to trash: ${garbageCount}; back from it: ${garbage.restoredCount}; gone for good: ${garbage.purgedCount}. The metadata files are gone.`;
}

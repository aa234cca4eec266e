/** Where tuf-js gets its files from: the one answer of a poll, or the plain TUF layout of a static mirror. */
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { metadataFile } from '../../shared/trust/roles.ts';
import { askRepository, type Repository } from './ask-repository.ts';
import type { Polled } from './poll.ts';
import type { TrustFailure } from './trust-failure.ts';
import type { TrustedFiles } from './trusted-state.ts';

export type MetadataSource = {
  /** The exact text of a file by its name (`2.root.json`, `timestamp.json`, `7.rollout.json`); null: there is none. */
  readonly read: (file: string, maxBytes: number) => Promise<Result<string | null, TrustFailure>>;
  /** The latest instant that the server's answers named so far. */
  readonly dateMs: () => number | null;
};

/** An answer that leaves out what the device has: `files` are the device's own. */
export function polledSource(
  { answer, dateMs }: Polled,
  device: { readonly rootVersion: number; readonly files: TrustedFiles },
): MetadataSource {
  const textOf = (file: string): string | undefined => {
    const root = /^(\d+)\.root\.json$/.exec(file)?.[1];
    if (root !== undefined) return answer.roots?.[Number(root) - device.rootVersion - 1];
    const role = (['timestamp', 'snapshot', 'targets', 'rollout'] as const).find((candidate) =>
      file.endsWith(`${candidate}.json`),
    );
    return role === undefined ? undefined : (answer[role] ?? device.files[role]);
  };
  return { read: async (file) => ok(textOf(file) ?? null), dateMs: () => dateMs };
}

/** The files one by one: `directory` is their path below the repository's address, e.g. `/v1/models/…/metadata`. */
export function plainSource(repository: Repository, directory: string, signal: AbortSignal): MetadataSource {
  let dateMs: number | null = null;
  return {
    read: async (file, maxBytes) => {
      const path = `${directory}/${file}`;
      const answer = await askRepository(repository, { path, maxBytes }, signal);
      if (!answer.ok || answer.value === null) return answer as Result<null, TrustFailure>;
      if (answer.value.dateMs !== null) dateMs = Math.max(dateMs ?? 0, answer.value.dateMs);
      try {
        return ok(new TextDecoder('utf-8', { fatal: true }).decode(answer.value.bytes));
      } catch {
        return err({ reason: 'answer-unreadable', url: `${repository.url}${path}`, problem: 'not UTF-8' });
      }
    },
    dateMs: () => dateMs,
  };
}

/** A mirror without a Worker. What has no timestamp is not known there. */
export function mirrorSource(repository: Repository, model: ModelId, signal: AbortSignal): MetadataSource {
  const plain = plainSource(repository, `/v1/models/${model}/metadata`, signal);
  const timestamp = metadataFile('timestamp', 0);
  return {
    ...plain,
    read: async (file, maxBytes) => {
      const text = await plain.read(file, maxBytes);
      if (file !== timestamp || !text.ok || text.value !== null) return text;
      return err({ reason: 'unknown-model', model, url: repository.url });
    },
  };
}

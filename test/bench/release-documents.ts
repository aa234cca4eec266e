/** A published release as the updater learns of it: polled, verified from the pinned root, its index read. */
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../device/clock.ts';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { refreshRepository } from '../../device/repository/refresh-repository.ts';
import type { ReleaseDocuments } from '../../device/update/documents.ts';
import { parseModelId } from '../../shared/model.ts';
import { must } from '../support/local-release.ts';
import { MODEL, type Repository } from '../support/repository.ts';

export const BENCH_AGENT = 'cistern-bench/1';

export async function readDocuments(
  { url, rootFile }: Repository,
  version: string,
  stateDir: string,
): Promise<ReleaseDocuments> {
  const model = parseModelId(MODEL);
  if (model === null) throw new Error(MODEL);
  const never = new AbortController().signal;
  const http = undiciHttp({ userAgent: BENCH_AGENT });
  try {
    const pinnedRoot = await readFile(rootFile, 'utf8');
    const refresh = { stateDir, model, pinnedRoot, repositoryUrl: url, http, clock: systemClock };
    const view = must(await refreshRepository(refresh, never));
    const manifest = view.releases.find((release) => release.version === version);
    if (manifest === undefined) throw new Error(`${version} is not published`);
    const { index, bytes } = must(await view.readIndex(manifest, never));
    return { entry: view.entry, manifest, index, indexBytes: bytes };
  } finally {
    await http.close();
  }
}

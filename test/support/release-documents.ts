/** A published release as the updater learns of it: polled, verified from the pinned root, its index read. */
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../device/clock.ts';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { refreshRepository } from '../../device/repository/refresh-repository.ts';
import type { ReleaseDocuments } from '../../device/update/documents.ts';
import { parseModelId } from '../../shared/model.ts';
import { must } from './local-release.ts';
import { MODEL, type Repository } from './repository.ts';

export const TEST_AGENT = 'cistern-test/1';

export async function readDocuments(
  { url, rootFile }: Pick<Repository, 'url' | 'rootFile'>,
  version: string,
  stateDir: string,
): Promise<ReleaseDocuments> {
  const model = parseModelId(MODEL);
  if (model === null) throw new Error(MODEL);
  const never = new AbortController().signal;
  const http = undiciHttp({ userAgent: TEST_AGENT });
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

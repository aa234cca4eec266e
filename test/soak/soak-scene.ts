/**
 * What soak runs download: a package of some chunks, each large enough to be cut inside, from a plain server that knows
 * ranges. The Worker's own answers are proved in test/e2e and test/edge; here it would only be slow.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { undiciHttp } from '../../device/http/undici-http.ts';
import { DEMO_NEW_VERSION, writeDemoPackage } from '../firmware/demo-package.ts';
import { releaseOf } from '../support/local-release.ts';
import { serveRanges } from '../support/range-server.ts';
import type { SoakScene } from './soak-run.ts';

/** Six chunks of 64 KiB to 1 MiB, most of them large enough to be cut inside. */
const PACKAGE_BYTES = 3_000_000;

export async function openSoakScene(): Promise<{
  readonly scene: SoakScene;
  readonly end: () => Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-soak-'));
  const packageDirectory = join(directory, 'package');
  const storeDirectory = join(directory, 'served/v1/chunks');
  await mkdir(storeDirectory, { recursive: true });
  const version = DEMO_NEW_VERSION;
  await writeDemoPackage(packageDirectory, { version, sizeBytes: PACKAGE_BYTES });
  const { documents } = await releaseOf({ packageDirectory, version, storeDirectory });
  const server = await serveRanges(join(directory, 'served'));
  const http = undiciHttp({ userAgent: 'cistern-soak/1' });
  return {
    scene: { documents, repositoryUrl: server.url, http, directory },
    end: async () => {
      await http.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

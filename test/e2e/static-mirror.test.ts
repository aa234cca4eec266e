/** A mirror behind a file server that knows nothing of us: it updates a modem, and an auditor finds it sound. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { bundleAlone } from '../support/bundle.ts';
import { type ModemProcess, startModem } from '../support/modem-process.ts';
import { runNode } from '../support/processes.ts';
import { CISTERN_REPO, MODEL, mustRun } from '../support/repository.ts';
import { type StaticServer, serveDirectory } from '../support/static-server.ts';

const repository = inject('repository');
const SETUP_TIMEOUT_MS = 60_000;

let scratch: string;
let mirror: string;
let server: StaticServer;
let modem: ModemProcess;
beforeAll(async () => {
  scratch = await mkdtemp(join(repository.directory, 'mirror-'));
  mirror = join(scratch, 'public');
  await mustRun([CISTERN_REPO, 'mirror', repository.url, '--to', mirror, '--root', repository.rootFile]);
  server = await serveDirectory(mirror);
  modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 100 });
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await server.stop();
  await modem.stop();
  await rm(scratch, { recursive: true, force: true });
});

describe('a mirror behind a plain file server', () => {
  it('is found sound by an audit over HTTP and one of the directory', async () => {
    for (const where of [server.url, mirror]) {
      const audit = await runNode([
        ...[CISTERN_REPO, 'verify', where, '--root', repository.rootFile, '--model', MODEL, '--json'],
      ]);
      expect(audit, audit.stdout).toMatchObject({ code: 0 });
      expect(JSON.parse(audit.stdout)).toMatchObject({ releases: [DEMO_NEW_VERSION], defects: [] });
    }
  });

  it('lists its models and releases', async () => {
    const listed = await runNode([
      ...[CISTERN_REPO, 'releases', server.url, '--root', repository.rootFile, '--json'],
    ]);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      models: [{ model: MODEL, releases: [{ version: DEMO_NEW_VERSION, offered: '100 %' }] }],
    });
  });

  it('updates a modem', async () => {
    const cistern = await bundleAlone();
    const updated = await runNode([
      ...[cistern, 'update', '--modem', modem.locator, '--repository', server.url],
      ...['--root', repository.rootFile, '--state', join(scratch, 'router')],
    ]);
    expect(updated, updated.stderr).toMatchObject({ code: 0 });
    expect(updated.stdout).toContain(`updated ${MODEL} ${DEMO_OLD_VERSION} -> ${DEMO_NEW_VERSION}`);
    expect(server.asked).toContain(`/v1/models/${MODEL}/metadata/timestamp.json`);
  });
});

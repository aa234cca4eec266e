/** The executable, as the suite runs it: exit codes, file names, and nothing asked before it is time. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { setUpConformance } from './conformance-test.ts';

const at = setUpConformance();
const CLIENT = fileURLToPath(new URL('client', import.meta.url));

function run(...args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const options = { timeout: 20_000 };
    execFile(CLIENT, ['--metadata-dir', at.metadataDir, ...args], options, (error) =>
      resolve(error === null ? 0 : Number(error.code)),
    );
  });
}

describe('the conformance client', () => {
  it('initializes, refreshes and downloads', async () => {
    const { repository } = at;
    await repository.addArtifact('targets', 'path/to/target', 'contents');
    await repository.publish('targets');
    await repository.updateSnapshot();
    const metadata = ['--metadata-url', `${at.url}/metadata`];
    const download = (name: string) =>
      run(
        ...metadata,
        '--target-name',
        name,
        '--target-base-url',
        `${at.url}/targets`,
        '--target-dir',
        at.targetDir,
        'download',
      );

    expect(await run('init', at.rootFile())).toBe(0);
    expect(at.asked).toEqual([]);
    expect(await run(...metadata, 'refresh')).toBe(0);
    expect(at.trusted()).toEqual({ root: 1, snapshot: 2, targets: 2, timestamp: 2 });
    expect(await download('path/to/target')).toBe(0);
    expect(at.downloaded()).toEqual(['contents']);
    expect(await download('nowhere')).toBe(1);
    repository.timestamp.version = 0;
    await repository.publishAs('timestamp');
    expect(await run(...metadata, 'refresh')).toBe(1);
    expect(at.trusted().timestamp).toBe(2);
  });

  it('says how it is called', async () => {
    expect(await run('dance')).toBe(1);
  });
});

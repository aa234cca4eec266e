import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CATALOGUE_DIRECTORY } from '../../manifests/catalogue/find-model.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

it('a contributor is led from a version to a family file that passes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'catalogue-'));
  try {
    await cp(join(CATALOGUE_DIRECTORY, 'quectel'), join(directory, 'quectel'), { recursive: true });
    const run = (...args: string[]) => runCisternRepo(['catalogue', ...args, '--catalogue', directory]);
    expect(await run('check')).toMatchObject({ code: 0, stdout: expect.stringContaining('no errors') });

    const added = await run('add', 'quectel', 'EC21EUGAR06A04M1G_01.001.01.001', '--json');
    const { file, line } = JSON.parse(added.stdout) as { file: string; line: number };
    expect([added.code, file]).toEqual([0, 'quectel/ec21.yaml']);

    const checked = await run('check', file);
    expect(checked.code).toBe(65);
    expect(checked.stdout).toContain(`${file}:${line + 2}: error: FILL IN`);
    expect(checked.stdout).toContain('missing: EC21EUGA: The partition table');
    expect(await run('check', 'quectel/eg25.yaml')).toMatchObject({ code: 0 });

    const again = await run('add', 'quectel', 'EC21EUGAR06A05M1G_01.001.01.001');
    expect(again).toMatchObject({ code: 65, stderr: expect.stringContaining(`${file}:${line} already`) });
    expect(await run('check', 'quectel/none.yaml')).toMatchObject({ code: 66 });
    expect(await run('check', '../ec25.yaml')).toMatchObject({ code: 64 });
    expect(await run('add', 'Quectel', 'EC21EUGAR06A05M1G')).toMatchObject({ code: 64 });
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** `cistern status` reads, and writes nothing. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { attempt } from '../../device/update/test-attempt.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import { aCommandScene, type CommandScene } from '../support/a-command.ts';
import { inProcessDoor } from '../support/in-process-door.ts';

const modem = new SimulatedModem({ firmware: DEMO_OLD_VERSION });
let scene: CommandScene;
afterEach(() => scene.end());

describe('cistern status', () => {
  it('leaves an empty state directory empty', async () => {
    scene = await aCommandScene({ door: inProcessDoor(modem) });
    expect(await scene.cistern('status')).toMatchObject({
      code: 0,
      stdout: 'simulated modem: no update was ever begun from here\n',
    });
    expect(await readdir(scene.stateDir)).toEqual([]);
  });

  it('leaves what it finds as it is, also what it cannot read', async () => {
    scene = await aCommandScene({ door: inProcessDoor(modem) });
    await mkdir(join(scene.stateDir, 'spool'));
    await mkdir(join(scene.stateDir, 'journal'));
    await writeFile(join(scene.stateDir, 'spool/torn.json'), '{"form');
    const journal = attempt({ modemKey: 'simulated', step: 'programming', flashTouched: true });
    await writeFile(join(scene.stateDir, 'journal/simulated.json'), JSON.stringify(journal));
    const { stdout } = await scene.cistern('status');
    expect(stdout).toContain('unfinished at step programming');
    expect(stdout).not.toContain('report(s) wait');
    expect(await readdir(scene.stateDir, { recursive: true })).toHaveLength(4);
    expect(modem.transferCount).toBe(0);
  });
});

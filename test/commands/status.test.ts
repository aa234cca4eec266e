/** `cistern status` reads, and writes nothing. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { verdictOf } from '../../device/report/verdict.ts';
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

  it.each([
    [
      'how many bad blocks were passed over',
      { badBlocks: 3 },
      /flash: the programmer passed over 3 bad block/,
    ],
    ['nothing of them where a verdict has none', {}, /updated: what\n {2}state: state\n {2}next: {2}next\n$/],
  ])('says %s', async (_, changes, said) => {
    scene = await aCommandScene({ door: inProcessDoor(modem) });
    const ended = attempt({ modemKey: 'simulated', step: 'reported', flashTouched: true, ...changes });
    const words = { what: 'what', state: 'state', next: 'next', reason: null, endedAt: ended.updatedAt };
    const verdict = verdictOf(ended, {
      ...words,
      id: ended.attemptId,
      outcome: 'updated',
      modemState: 'normal',
    });
    await mkdir(join(scene.stateDir, 'journal'));
    await mkdir(join(scene.stateDir, 'verdicts'));
    await writeFile(join(scene.stateDir, 'journal/simulated.json'), JSON.stringify(ended));
    await writeFile(join(scene.stateDir, 'verdicts/simulated.json'), JSON.stringify(verdict));
    expect((await scene.cistern('status')).stdout).toMatch(said);
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

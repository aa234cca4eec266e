/** `cistern reset`: out of EDL from every state a session may have left it in, and nothing is written. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemProcesses } from '../../device/process-table.ts';
import { takeLock } from '../../device/update/lock.ts';
import { attempt } from '../../device/update/test-attempt.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { StartState } from '../modem/start-state.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { relabelledEdl } from '../support/relabelled-door.ts';
import { intoEdl, modem, scene, sceneWith } from './modem-scene.ts';

/** As the simulated module is found, and what it is told. */
const LEFT = [
  ['edl', 'edl'],
  ['edl-hello-taken', 'edl'],
  ['edl-mid-image', 'edl'],
  ['programmer', 'edl'],
  ['programmer-unread', 'edl'],
  ['ram-dump', 'ram-dump'],
] as const satisfies readonly (readonly [StartState, string])[];

describe('cistern reset', () => {
  it.each(LEFT)('brings the modem back from %s', async (startIn, found) => {
    await sceneWith({ startIn });
    const before = flashFingerprint(modem);
    expect(await scene.cistern('reset')).toMatchObject({
      code: 0,
      stdout: `simulated modem left ${found} and is in normal mode: quectel/ec25euga-m4g ${DEMO_OLD_VERSION}; nothing was written\n`,
    });
    expect(modem.state()).toBe('normal');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it('tells machines what it was found in', async () => {
    await sceneWith({ startIn: 'ram-dump' });
    expect(await scene.cistern('reset', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"found":{"state":"ram-dump","usbId":"05c6:900e"},"state":"normal"'),
    });
  });

  it('says of a programmer that waits for the rest of an image that a power cycle ends it', async () => {
    await sceneWith({ startIn: 'programmer-mid-image' });
    const { code, stderr } = await scene.cistern('reset');
    expect(code).toBe(74);
    expect(stderr).toContain('may wait there for the rest of an image');
    expect(stderr).toContain('what somebody else had begun to write is not whole');
    expect(stderr).toContain('Power-cycle the modem');
  });

  it('says of a modem in normal mode that it is there already', async () => {
    await sceneWith();
    expect(await scene.cistern('reset')).toMatchObject({
      code: 0,
      stdout: `simulated modem is in normal mode already: quectel/ec25euga-m4g ${DEMO_OLD_VERSION}\n`,
    });
    expect(modem.transferCount).toBeLessThan(20);
  });

  it.each([
    ['2c7c:6005', 'EC200A (ASR)', "its own maker's tool"],
    ['1bc7:9010', 'unsupported', 'not a modem that cistern can update'],
  ])('refuses %s with what to do', async (usbId, named, next) => {
    await sceneWith({}, (made) => ({ door: relabelledEdl(inProcessDoor(made), usbId) }));
    await intoEdl();
    const { code, stderr } = await scene.cistern('reset');
    expect(code).toBe(77);
    expect(stderr).toContain(named);
    expect(stderr).toContain(next);
    expect(stderr).toContain('state: Nothing was erased or written.');
    expect(modem.state()).toBe('edl-sahara');
  });

  it('refuses fastboot with what to do', async () => {
    await sceneWith({ startIn: 'fastboot' });
    expect(await scene.cistern('reset')).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('Restart it (fastboot reboot, or a power cycle)'),
    });
    expect(modem.state()).toBe('fastboot');
  });

  it('says that there is no modem where it is gone', async () => {
    await sceneWith();
    modem.powerOff();
    expect(await scene.cistern('reset')).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('There is no modem at simulated modem.'),
    });
  });

  it('says of a modem whose flash does not start that rescue brings it back', async () => {
    await sceneWith();
    modem.nand.eraseBlock(0);
    await intoEdl();
    const { code, stderr } = await scene.cistern('reset');
    expect(code).toBe(74);
    expect(stderr).toContain('comes back in emergency download mode: nothing in its flash starts');
    expect(stderr).toContain('cistern rescue');
  });

  it.each([[[]], [['--json']]])('asks once at a terminal, and does nothing after no: %j', async (flags) => {
    await sceneWith({}, () => ({ answer: 'n' }));
    await intoEdl();
    const { code, stdout, stderr } = await scene.cistern('reset', ...flags);
    expect(code).toBe(0);
    expect(stderr).toContain('it is told to restart, nothing is erased or written');
    expect(stdout + stderr).toContain('You said no, so nothing was done.');
    expect(scene.questions).toEqual(['Restart the modem now? [y/N] ']);
    expect(modem.state()).toBe('edl-sahara');
  });

  it.each([
    ['after yes', { answer: 'yes' }, [], 1],
    ['with --yes without asking', { answer: 'n' }, ['--yes'], 0],
  ] as const)('goes on %s', async (_, command, flags, questions) => {
    await sceneWith({}, () => command);
    await intoEdl();
    expect((await scene.cistern('reset', ...flags)).code).toBe(0);
    expect(scene.questions).toHaveLength(questions);
    expect(modem.state()).toBe('normal');
  });

  it('leaves a half-written modem to what finishes it', async () => {
    await sceneWith();
    await intoEdl();
    const journal = attempt({ modemKey: 'simulated', step: 'programming', flashTouched: true });
    await mkdir(join(scene.stateDir, 'journal'));
    await writeFile(join(scene.stateDir, 'journal/simulated.json'), JSON.stringify(journal));
    const { code, stderr } = await scene.cistern('reset');
    expect(code).toBe(2);
    expect(stderr).toContain('holds a part of EC25EUGAR08A03M4G_01.200.01.200');
    expect(modem.state()).toBe('edl-sahara');
  });

  it('does not touch a modem that another updater works on', async () => {
    await sceneWith();
    await intoEdl();
    const other = { ...systemProcesses, ownPid: process.ppid };
    expect((await takeLock(scene.stateDir, 'simulated', other)).ok).toBe(true);
    expect((await scene.cistern('reset')).code).toBe(75);
    expect(modem.state()).toBe('edl-sahara');
  });

  it('stops waiting at Ctrl-C', async () => {
    const controller = new AbortController();
    await sceneWith({ faults: [{ kind: 'never-returns', after: 'reset' }] }, () => ({
      context: { signal: controller.signal },
    }));
    await intoEdl();
    modem.onStateChange((state) => state === 'gone' && controller.abort());
    expect(await scene.cistern('reset')).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('It was interrupted.'),
    });
  });
});

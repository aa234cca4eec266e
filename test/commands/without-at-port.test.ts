/** A modem behind a relay that carries its USB interface alone, such as the vendor flasher's `-p` mode. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../device/clock.ts';
import { tcpDoor } from '../../device/transport/tcp-door.ts';
import { readAttempt } from '../../device/update/journal.ts';
import { aCommandScene } from '../support/a-command.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { inProcessDoor } from '../support/in-process-door.ts';
import { NEXT_VERSION } from '../support/local-package.ts';
import { newStage, shelf } from '../support/shelf-of-file.ts';
import { modem, scene, sceneWith } from './modem-scene.ts';

const RELAY = tcpDoor({ host: '192.0.2.1', port: 9008 }, null, systemClock);
const withoutAt = (startIn: 'normal' | 'edl') =>
  sceneWith({ startIn }, (started) => ({
    door: { ...inProcessDoor(started), where: RELAY.where, openAt: RELAY.openAt },
  }));
const SOCAT = 'socat TCP-LISTEN:9007,reuseaddr,fork FILE:/dev/ttyUSB2,raw,echo=0';

describe('a modem whose AT port is not named', () => {
  it('is brought out of EDL, and told that nothing but AT says whether it works', async () => {
    await withoutAt('edl');
    const before = flashFingerprint(modem);
    const { code, stderr } = await scene.cistern('reset');
    expect({ code, stderr }).toEqual({
      code: 76,
      stderr: expect.stringContaining('is in normal mode again, but did not say its version'),
    });
    expect(stderr).toContain(SOCAT);
    expect(modem.state()).toBe('normal');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it.each([
    ['normal', 'normal  -'],
    ['edl', 'edl  05c6:9008'],
  ] as const)('is seen in its state: %s', async (startIn, words) => {
    await withoutAt(startIn);
    expect(await scene.cistern('devices', '--modem', RELAY.where)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`tcp://192.0.2.1:9008  ${words}`),
    });
  });

  it('is not updated: the line that serves its AT port is printed', async () => {
    await withoutAt('normal');
    const package_ = await shelf.zip(NEXT_VERSION);
    const { code, stderr } = await scene.cistern('flash', package_, '--stage', await newStage(), '--yes');
    expect(code).not.toBe(0);
    expect(stderr).toContain(SOCAT);
    expect(stderr).toContain('--modem "tcp://192.0.2.1:9008?at=9007"');
    expect(modem.state()).toBe('normal');
  });

  it('whose flash is whole is rescued by a reset: nothing is written because nobody can ask it', async () => {
    await withoutAt('edl');
    const before = flashFingerprint(modem);
    const { code, stderr } = await scene.cistern('rescue', await shelf.zip(NEXT_VERSION), '--yes');
    expect([code, stderr]).toEqual([76, expect.stringContaining(SOCAT)]);
    expect([modem.state(), flashFingerprint(modem)]).toEqual(['normal', before]);
    expect(await readAttempt(scene.stateDir, 'simulated')).toEqual({ ok: true, value: null });
  });

  it('is rescued to the end where it does not start, and is never said to be confirmed', async () => {
    await withoutAt('edl');
    const calibration = modem.calibrationDigest();
    for (let block = 0; block < 10; block++) modem.nand.eraseBlock(block);
    const words = ['rescue', await shelf.zip(NEXT_VERSION), '--stage', await newStage(), '--yes', '--json'];
    const { code, stdout } = await scene.cistern(...words);
    expect(code).toBe(1);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      verdict: {
        outcome: 'unconfirmed',
        modemState: 'normal',
        toVersion: NEXT_VERSION,
        state: expect.stringContaining(
          `${NEXT_VERSION} was written and read back; the modem is in normal mode`,
        ),
        next: expect.stringContaining(SOCAT),
      },
    });
    const beside = await aCommandScene({ door: inProcessDoor(modem) });
    expect((await beside.cistern('devices')).stdout).toContain(NEXT_VERSION);
    await beside.end();
    expect(modem.calibrationDigest()).toBe(calibration);
  });
});

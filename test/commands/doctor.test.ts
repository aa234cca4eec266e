/** `cistern doctor` on simulated conditions: what a modem has, it is told; and nothing is changed. */
import { describe, expect, it } from 'vitest';
import { testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import { systemPorts } from '../../device/transport/local-ports.ts';
import { err } from '../../shared/result.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { ModemState } from '../modem/link.ts';
import type { ModemSettings } from '../modem/settings.ts';
import { command, enterFirehose, eraseElement } from '../modem/test-host.ts';
import { relabelledEdl } from '../support/relabelled-door.ts';
import { answering, type Doors, ended, type Prepare, sceneWith, unfinishedJournal } from './doctor-scene.ts';

const intoEdl: Prepare = async (modem) => {
  modem.shortTestPoint();
  await modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
};

/** Erased in the programmer, then started again. */
const erased =
  (startSector: number, sectorCount: number, comesUp: ModemState): Prepare =>
  async (modem) => {
    const link = await enterFirehose(modem);
    await command(link, eraseElement(startSector, sectorCount));
    link.close();
    modem.powerCycle();
    await modem.whenState([comesUp], { timeoutMs: 2_000 });
  };

const both =
  (...prepare: readonly Prepare[]): Prepare =>
  async (modem, scene) => {
    for (const each of prepare) await each(modem, scene);
  };

type Row = [
  name: string,
  wrong: string,
  firmware: string,
  settings?: Partial<ModemSettings>,
  prepare?: Prepare | undefined,
  doors?: Doors,
];

const APN = { cid: 1, type: 'IPV4V6', apn: 'internet' } as const;

describe('cistern doctor', () => {
  it.each<Row>([
    ['a modem that works at home', 'modem-is-well', 'not-likely'],
    ['a modem that works abroad', 'modem-is-well-abroad', 'not-likely', { registration: 'roaming' }],
    [
      'the modem of the original accident: abroad, roaming switched off',
      'roaming-off',
      'not-likely',
      { registration: 'roaming' },
      undefined,
      answering({ 'AT+QCFG="roamservice"': '+QCFG: "roamservice",1' }),
    ],
    [
      'a modem abroad whose subscription has no data',
      'data-refused-abroad',
      'not-likely',
      { registration: 'roaming', isAttached: false },
      undefined,
      answering({ 'AT+QCFG="roamservice"': '+QCFG: "roamservice",255' }),
    ],
    ['no data at home', 'data-refused-at-home', 'not-likely', { isAttached: false }],
    ['no APN', 'apn-empty', 'not-likely', { contexts: [{ ...APN, apn: '' }] }],
    ['no context', 'apn-empty', 'not-likely', { contexts: [] }],
    ['IPv6 alone', 'ipv6-only', 'possible', { contexts: [{ ...APN, type: 'IPV6' }] }],
    [
      'no operator profile',
      'mbn-none',
      'possible',
      { mbn: { autoSelect: false, selected: '', list: ['ROW_Generic_3GPP'] } },
    ],
    ['a weak signal', 'weak-signal', 'not-likely', { signalQuality: 3 }],
    ['no SIM', 'sim-absent', 'not-likely', { sim: 'absent' }],
    ['a SIM that wants its PIN', 'sim-pin', 'not-likely', { sim: 'pin-locked' }],
    ['a search without signal', 'no-signal', 'not-likely', { registration: 'searching', signalQuality: 99 }],
    ['a search with signal', 'not-registered', 'possible', { registration: 'searching' }],
    [
      'a search on one band',
      'few-bands',
      'not-likely',
      { registration: 'searching' },
      undefined,
      answering({ 'AT+QCFG="band"': '+QCFG: "band",0x0,0x80000,0x0' }),
    ],
    ['a network that refuses', 'registration-denied', 'not-likely', { registration: 'denied' }],
    [
      'the radio off',
      'radio-off',
      'not-likely',
      {},
      async (modem) => {
        const at = modem.openAt();
        if (!at.ok) throw new Error('no AT port');
        await at.value.write(Buffer.from('AT+CFUN=4\r'), { timeoutMs: 1_000 });
        at.value.close();
      },
    ],
    ['lost calibration', 'calibration-lost', 'no-cure', {}, erased(1280, 8704, 'normal')],
    ['a modem that has just started', 'not-ready', 'not-likely', { applicationPendingAnswers: 1 }],
    ['EDL, nobody knows why', 'edl-without-journal', 'unknown', {}, intoEdl],
    ['EDL in the middle of an update', 'edl-with-journal', 'unknown', {}, both(intoEdl, unfinishedJournal)],
    [
      'EDL because the boot partition is gone',
      'edl-without-journal',
      'unknown',
      {},
      erased(0, 640, 'edl-sahara'),
    ],
    ['no bus, because the modem is stuck', 'not-on-the-bus', 'unknown', {}, erased(13_184, 768, 'stuck')],
    ['no bus, because it has no power', 'not-on-the-bus', 'unknown', {}, (modem) => modem.powerOff()],
    ['a crash dump', 'ram-dump', 'possible', {}, intoEdl, (door) => relabelledEdl(door, '05c6:900e')],
    ['fastboot', 'fastboot', 'unknown', {}, intoEdl, (door) => relabelledEdl(door, '18d1:d00d')],
    [
      'an AT port that another program holds',
      'at-port-closed',
      'not-likely',
      {},
      undefined,
      (door) => ({
        ...door,
        openAt: async () => err({ reason: 'device-busy', what: '/dev/ttyUSB2' }),
      }),
    ],
  ])('finds %s', async (_, wrong, firmware, settings = {}, prepare, doors) => {
    const { modem, scene } = await sceneWith({ settings }, doors);
    await prepare?.(modem, scene);
    const before = { flash: modem.calibrationDigest(), state: modem.state(), settings: modem.settings };
    const { stdout, stderr, code } = await scene.cistern('doctor', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const said = JSON.parse(stdout);
    expect(said.findings[0]).toMatchObject({ id: wrong, says: said.summary });
    expect(said.firmware.verdict).toBe(firmware);
    expect(said.next.length).toBeGreaterThan(0);
    expect({ flash: modem.calibrationDigest(), state: modem.state(), settings: modem.settings }).toEqual(
      before,
    );
  });

  it('tells it in words, in order, with the commands that would cure it', async () => {
    const { scene } = await sceneWith(
      { settings: { registration: 'roaming' } },
      answering({ 'AT+QCFG="roamservice"': '+QCFG: "roamservice",1' }),
    );
    const { stdout } = await scene.cistern('doctor');
    expect(stdout).toContain(`simulated modem  normal  2c7c:0125  ${DEMO_OLD_VERSION}`);
    expect(stdout).toContain('wrong  The modem is registered abroad, and roaming is switched off');
    expect(stdout).toContain('Firmware is not the likely cause; do not flash the modem for this.');
    expect(stdout).toMatch(/1\. Allow roaming\.\n {7}AT\+QCFG="roamservice",2,1\n/);
  });

  it('says what to do where no modem is in sight', async () => {
    const none = async () => err({ reason: 'modem-absent', where: 'usb: (any)' });
    const { scene } = await sceneWith({}, undefined, { openDoor: none });
    const { stdout, code } = await scene.cistern('doctor');
    expect(code).toBe(0);
    expect(stdout).toContain('There is no modem in sight');
  });

  it('asks which one is meant where there are several', async () => {
    const failure = {
      reason: 'modems-indistinguishable',
      where: 'usb: (any)',
      choices: ['usb:1-1', 'usb:1-2'],
    } as const;
    const { scene } = await sceneWith({}, undefined, { openDoor: async () => err(failure) });
    expect(await scene.cistern('doctor')).toMatchObject({ code: 64, stdout: '' });
  });

  it('reads the state of a plugged-in modem off the bus, without opening it', async () => {
    const sysfs = await testSysfs({
      devices: [{ path: '1-1', usbId: '05c6:9008', interfaces: [{ driver: 'qcserial' }] }],
    });
    ended.push(() => sysfs.remove());
    const unopened: Doors = (door) => ({
      ...door,
      where: 'usb:1-1',
      open: async () => {
        throw new Error('its HELLO comes only once');
      },
    });
    const localPorts = { ...systemPorts, sysfs: sysfs.root };
    const { scene } = await sceneWith({}, unopened, { localPorts });
    const { stdout } = await scene.cistern('doctor', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ state: 'edl', usbId: '05c6:9008', where: 'usb:1-1' });
  });
});

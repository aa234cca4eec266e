/**
 * P3 Unharmed until the first erase: whatever fails before it, the modem goes back to normal mode unchanged, and
 * the updater proves that it did.
 */
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { FaultDeclaration } from '../modem/faults.ts';
import { firehose9x07 } from '../modem/firehose-9x07.ts';
import { ec25Eu } from '../modem/models.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import type { NandGeometry } from '../modem/nand.ts';
import type { Partition } from '../modem/partitions.ts';
import { aScenario } from '../support/a-scenario.ts';
import { breakDirectory } from '../support/break-directory.ts';
import { flashFingerprint } from '../support/flash-fingerprint.ts';
import { endOfRescue, rescueFromDisk } from '../support/local-flashing.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const fault = (declared: FaultDeclaration): Partial<SimulatedModemOptions> => ({ faults: [declared] });

const CASES: readonly (readonly [string, Partial<SimulatedModemOptions>, string])[] = [
  [
    'the boot ROM rejects the programmer',
    fault({ kind: 'rejected-programmer' }),
    'unchanged: programmer-rejected',
  ],
  [
    'the chip has other blocks than the package',
    fault({ kind: 'wrong-geometry' }),
    'unchanged: wrong-geometry',
  ],
  [
    'the chip is another than the catalogue knows of its model',
    { model: { ...ec25Eu, hardwareId: '000c90e100000000' } },
    'unchanged: wrong-hardware',
  ],
  [
    'the programmer cannot say how large the flash is',
    { model: { ...ec25Eu, firehose: withoutStorageInfo() } },
    'unchanged: storage-size-unknown',
  ],
  [
    'its own partition table has calibration elsewhere than the catalogue',
    { model: { ...ec25Eu, partitions: withCalibrationMoved } },
    'unchanged: modem-partitions-differ',
  ],
  [
    'the programmer does not know this project',
    { model: { ...ec25Eu, projectName: 'EC25EUGB_VH' } },
    'unchanged: programmer-refused',
  ],
  [
    'the anti-misburn guard is refused',
    fault({ kind: 'nak', command: 'erase', occurrence: 1 }),
    'unchanged: programmer-refused',
  ],
  [
    'the configuration is refused twice',
    { faults: [1, 2].map((occurrence) => ({ kind: 'nak', command: 'configure', occurrence }) as const) },
    'unchanged: programmer-refused',
  ],
  [
    'the geometry probe is refused',
    fault({ kind: 'nak', command: 'read', occurrence: 1 }),
    'unchanged: programmer-refused',
  ],
];

describe('P3 unharmed until the first erase', () => {
  it.each(CASES)('brings the modem back as it was when %s', async (_, modem, end) => {
    scenario = await aScenario({ modem });
    const before = flashFingerprint(scenario.modem);
    const result = await scenario.run();
    expect(endOf(result)).toBe(end);
    expect(result).toMatchObject({
      kind: 'attempted',
      verdict: { modemState: 'normal', flashAttempts: 0, programmedBytes: 0 },
    });
    expectAsBefore(before);
  });

  it.each([
    ['compares its chip, and says so', ec25Eu, /the modem's chip in EDL: as the catalogue has it/],
    [
      'goes on where the boot ROM has no command mode, and says that nothing was compared',
      { ...ec25Eu, sahara: { ...ec25Eu.sahara, hasCommandMode: false } },
      /named in EDL nothing of what the catalogue knows of its chip and signing key/,
    ],
  ])('%s', async (_, model, note) => {
    scenario = await aScenario({ modem: { model } });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(scenario.notes.filter((said) => note.test(said))).toHaveLength(1);
  });

  it('goes on when somebody else has had the HELLO', async () => {
    scenario = await aScenario({ modem: fault({ kind: 'stolen-hello', times: 1 }) });
    expect(endOf(await scenario.run())).toBe('updated');
  });

  it('stops at Ctrl-C between gate 1 and the first erase, and leaves the modem as it was', async () => {
    const controller = new AbortController();
    scenario = await aScenario({ onStep: (step) => step === 'loading-programmer' && controller.abort() });
    const before = flashFingerprint(scenario.modem);
    const result = await scenario.run({}, controller.signal);
    expect(endOf(result)).toBe('unchanged: interrupted');
    expectAsBefore(before);
  });

  it('does not listen to Ctrl-C once the first erase was sent', async () => {
    const controller = new AbortController();
    scenario = await aScenario({ onStep: (step) => step === 'erasing' && controller.abort() });
    expect(endOf(await scenario.run({}, controller.signal))).toBe('updated');
  });

  it('knows that nothing was erased when power goes between the announcement of the first erase and the erase', async () => {
    scenario = await aScenario({ onStep: (step, { modem }) => step === 'erasing' && modem.powerCycle() });
    const before = flashFingerprint(scenario.modem);
    const result = await scenario.run();
    expect(endOf(result)).toBe('unchanged: modem-left-edl');
    expect(result).toMatchObject({
      verdict: { state: expect.stringContaining('its flash was not touched') },
    });
    expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_OLD_VERSION });
    expect(flashFingerprint(scenario.modem)).toBe(before);
  });

  it('goes back when the journal cannot say that the first erase is about to begin', async () => {
    const journalDirectory = () => join(scenario.ports.stateDir, 'journal');
    scenario = await aScenario({
      onStep: (step) => step === 'probing' && breakDirectory(journalDirectory()),
    });
    const before = flashFingerprint(scenario.modem);
    expect(endOf(await scenario.run())).toBe('unchanged: journal-not-written');
    expectAsBefore(before);
  });

  it('ends an attempt whose modem lost its SIM meanwhile, and says so', async () => {
    scenario = await aScenario({
      modem: fault({ kind: 'rejected-programmer' }),
      onStep: (step, { modem }) => step === 'loading-programmer' && modem.changeSettings({ sim: 'absent' }),
    });
    expect(endOf(await scenario.run())).toBe('unchanged: programmer-rejected');
    expect(scenario.notes.join()).toContain('sim was "READY"');
  });

  it('says that it cannot prove it while the modem is silent, and proves it once it has power again', async () => {
    scenario = await aScenario({ modem: fault({ kind: 'silence', fromTransfer: 20 }) });
    const before = flashFingerprint(scenario.modem);
    expect(endOf(await scenario.run())).toMatch(/^unfinished/);
    scenario.modem.powerCycle();
    expect(endOf(await scenario.run())).toBe('updated');
    expect(flashFingerprint(scenario.modem)).not.toBe(before);
  });

  it('never writes to a modem that lies damaged in EDL and that nobody has named', async () => {
    scenario = await aScenario();
    for (let block = 0; block < 10; block++) scenario.modem.nand.eraseBlock(block);
    const before = flashFingerprint(scenario.modem);
    scenario.modem.powerCycle();
    await scenario.modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    expect(endOfRescue(await rescueFromDisk(scenario, null))).toBe('refused: rescue-needs-firmware');
    expect(flashFingerprint(scenario.modem)).toBe(before);
  });

  it.each(CASES)('leaves a damaged modem as it was found when %s', async (_, modem, end) => {
    scenario = await aScenario({ modem });
    for (let block = 0; block < 10; block++) scenario.modem.nand.eraseBlock(block);
    const before = flashFingerprint(scenario.modem);
    scenario.modem.powerCycle();
    await scenario.modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    expect(endOfRescue(await rescueFromDisk(scenario, inject('repository').packageDirectory))).toBe(end);
    expect(flashFingerprint(scenario.modem)).toBe(before);
    expect(scenario.steps).not.toContain('erasing');
  });

  it('never writes to a modem in EDL that no journal speaks of', async () => {
    scenario = await aScenario();
    const before = flashFingerprint(scenario.modem);
    scenario.modem.shortTestPoint();
    await scenario.modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
    expect(endOf(await scenario.run())).toBe('refused: edl-without-journal');
    expect(flashFingerprint(scenario.modem)).toBe(before);
  });
});

/** EFS2 one block further on, which sys_rev behind it gives. */
function withCalibrationMoved(geometry: NandGeometry): readonly Partition[] {
  const block = geometry.pagesPerBlock;
  return ec25Eu.partitions(geometry).map((partition) => {
    const { name, startSector, sectorCount } = partition;
    if (name === 'EFS2') return { ...partition, startSector: startSector + block };
    if (name !== 'sys_rev') return partition;
    return { ...partition, startSector: startSector + block, sectorCount: sectorCount - block };
  });
}

function withoutStorageInfo(): typeof firehose9x07 {
  const { commands, banner } = firehose9x07;
  return {
    ...firehose9x07,
    commands: commands.filter((name) => name !== 'getstorageinfo'),
    banner: banner.map((line) => line.replace('getstorageinfo ', '')),
  };
}

function expectAsBefore(fingerprint: string): void {
  expect(scenario.modem.state()).toBe('normal');
  expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_OLD_VERSION });
  expect(flashFingerprint(scenario.modem)).toBe(fingerprint);
  expect(scenario.steps).not.toContain('erasing');
}

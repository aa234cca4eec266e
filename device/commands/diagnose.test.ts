import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { run } from '@stricli/core';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../shared/diagnosis/diagnose.ts';
import { type Diagnosis, diagnosisSchema } from '../../shared/diagnosis/diagnosis.ts';
import { UPDATE_STEPS } from '../../shared/telemetry.ts';
import { app } from '../app.ts';
import { buildContext, type Context } from '../context.ts';
import { inputReader } from '../read-input.ts';
import { explainEnd } from '../report/explain-end.ts';
import { updateDisplay } from '../ui/update-display.ts';
import type { AttemptEnd } from '../update/attempt.ts';
import { attempt, temporaryDirectory } from '../update/test-attempt.ts';

const ACCIDENT = [
  'root@router:~# modem_updater -i 1-1.4 -v EC25EUGAR06A07M4G_01.001.01.001',
  '[000.000]: Version: QFirehose_Linux_Android_V1.4.11',
  '[000.002]: P: /dev/bus/usb/001/004 idVendor=2c7c idProduct=0125',
  '[001.010]: successful, wait module reboot',
  '[ERROR] firmware directory is empty. Mount failed? Exiting... IMEI 490154203237518',
  '',
].join('\n');

/** The test runner's own signals are no business of the command. */
const quietProcess = Object.create(process, { on: { value: () => {} } }) as NodeJS.Process;

function scene(stdin = '') {
  const said = { stdout: '', stderr: '', code: 0 };
  const context: Context = {
    ...buildContext(quietProcess),
    environment: {},
    isInteractive: false,
    stdout: {
      write: (text) => {
        said.stdout += text;
      },
    },
    stderr: {
      write: (text) => {
        said.stderr += text;
      },
    },
    readInput: inputReader(Readable.from([Buffer.from(stdin)])),
    setExitCode: (code) => {
      said.code = code;
    },
  };
  const call = async (...args: readonly string[]) => {
    await run(app, ['diagnose', ...args], context);
    return said;
  };
  return { context, said, call };
}

describe('cistern diagnose', () => {
  it('tells what a log in a file shows: flash, modem, the line, what to do', async () => {
    const path = join(await temporaryDirectory(), 'flash.log');
    await writeFile(path, ACCIDENT);
    const { stdout, stderr, code } = await scene().call(path);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^flash {2}untouched: /m);
    expect(stdout).toMatch(/^modem {2}edl \(likely\): /m);
    expect(stdout).toMatch(/^ {5}5 {2}cause {5}The updater put the modem into emergency download mode/m);
    expect(stdout).toContain(
      '| [ERROR] firmware directory is empty. Mount failed? Exiting... IMEI <number removed>',
    );
    expect(stdout.indexOf('cistern reset')).toBeLessThan(stdout.indexOf('cistern update'));
  });

  it('tells the same of standard input', async () => {
    const { stdout } = await scene(ACCIDENT).call('-');
    expect(stdout).toMatch(/^flash {2}untouched: /m);
  });

  it('gives machines one document, the same as the edge', async () => {
    const { stdout } = await scene(ACCIDENT).call('-', '--json');
    expect(diagnosisSchema.parse(JSON.parse(stdout))).toEqual(diagnose(ACCIDENT));
  });

  it('shows how far it got when asked', async () => {
    expect((await scene(ACCIDENT).call('-')).stdout).not.toContain('wait module reboot');
    expect((await scene(ACCIDENT).call('-', '--all')).stdout).toContain('| successful, wait module reboot');
  });

  it('says of a file that is not there so, with its exit code', async () => {
    const path = join(await temporaryDirectory(), 'none.log');
    const { stdout, stderr, code } = await scene().call(path);
    expect({ stdout, code }).toEqual({ stdout: '', code: 64 });
    expect(stderr).toContain(`${path} cannot be read: there is no such file.`);
    const asJson = await scene().call(path, '--json');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ reason: 'input-unreadable', exit: 64 });
  });
});

const shortly = ({ flash, modem, log }: Diagnosis) =>
  `${flash.state} ${modem.state} ${log.tools.map(({ name }) => name).join()}`;

describe('our own log', () => {
  it.each(['text', 'json'] as const)('as %s is read step by step', (mode) => {
    const { context, said } = scene();
    const { events } = updateDisplay(context, mode);
    const shown = UPDATE_STEPS.map((step) => {
      events.onStep(step);
      return `${step}: ${shortly(diagnose(said.stdout + said.stderr))}`;
    });
    expect(shown).toEqual([
      'identified: unknown normal cistern',
      'resolved: unknown normal cistern',
      'fetching: unknown normal cistern',
      'staged: unknown normal cistern',
      'ready: unknown normal cistern',
      'entering-edl: unknown normal cistern',
      'loading-programmer: unknown edl cistern',
      'probing: unknown programmer-running cistern',
      'erasing: unknown programmer-running cistern',
      'programming: partly-written programmer-running cistern',
      'reading-back: partly-written programmer-running cistern',
      'resetting: partly-written unknown cistern',
      'confirming: partly-written unknown cistern',
      'reported: partly-written unknown cistern',
    ]);
  });

  const noAnswer = { reason: 'modem-disconnected' } as const;
  it.each<[string, AttemptEnd, Parameters<typeof attempt>[0]]>([
    [
      'untouched normal',
      { outcome: 'unchanged', modemState: 'normal', failure: noAnswer },
      { step: 'ready' },
    ],
    ['untouched edl', { outcome: 'unfinished', modemState: 'edl', failure: noAnswer }, { step: 'probing' }],
    [
      'partly-written edl',
      { outcome: 'unfinished', modemState: 'edl', failure: noAnswer },
      { step: 'programming', flashTouched: true },
    ],
    [
      'partly-written absent',
      { outcome: 'unfinished', modemState: 'absent', failure: noAnswer },
      { step: 'erasing', flashTouched: true },
    ],
    [
      'written normal',
      { outcome: 'unconfirmed', modemState: 'normal', failure: noAnswer },
      { step: 'confirming', flashTouched: true },
    ],
    [
      'written edl',
      { outcome: 'unfinished', modemState: 'edl', failure: noAnswer },
      { step: 'resetting', flashTouched: true },
    ],
  ])('that ends %s is read so', (wanted, end, changes) => {
    const { what, state, next } = explainEnd(end, attempt(changes));
    const asText = `cistern: ${what}\n  state: ${state}\n  next:  ${next}\n`;
    const asJson = JSON.stringify({
      format: 'cistern-update/1',
      result: end.outcome,
      verdict: { what, state, next },
    });
    for (const log of [asText, asJson]) {
      const diagnosis = diagnose(`- modem identified\n- loading the programmer (Sahara)\n${log}`);
      expect(`${diagnosis.flash.state} ${diagnosis.modem.state}`, log).toBe(wanted);
      expect(diagnosis.summary).toBe(what);
      expect(diagnosis.next.map(({ what: step }) => step)).toContain(next);
    }
  });
});

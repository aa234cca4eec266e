/** From an opened modem in EDL to a started programmer: whose modem it is, and then its first program (edl 1b). */
import { err, ok, type Result } from '../../shared/result.ts';
import { FirehoseLink } from '../firehose/link.ts';
import { resetProgrammer } from '../firehose/write.ts';
import { askHardware } from '../sahara/command-mode.ts';
import { loadProgrammer } from '../sahara/driver.ts';
import { comparedHardware, findContradiction } from '../sahara/hardware.ts';
import { PROGRAMMER_MAX_BYTES } from '../sahara/limits.ts';
import { type Hello, type ReadRequest, SAHARA_MODE } from '../sahara/packets.ts';
import { resetModem } from '../sahara/reset.ts';
import type { FlashFailure, FlashSession } from './flash-session.ts';
import { reachProgrammer } from './reach-programmer.ts';

/** What has been heard of the programmer, where it ran already. */
export async function startProgrammer(
  session: FlashSession,
  signal?: AbortSignal,
): Promise<Result<Uint8Array<ArrayBuffer>, FlashFailure>> {
  const { pipe, staged, entry, timings, journal } = session;
  const loading = await journal.enter('loading-programmer');
  if (!loading.ok) return loading;
  const { flashTouched } = journal.attempt;
  const greeting = await reachProgrammer(pipe, { timings, flashTouched }, signal);
  if (!greeting.ok) return greeting;
  if (greeting.value.found === 'programmer') return goOnWith(greeting.value.heard, session, signal);
  const opening = await judgeHardware(session, greeting.value.hello, signal);
  if (!opening.ok) return opening;

  const path = staged.manifest.flash.programmer;
  const file = staged.manifest.files.find((candidate) => candidate.path === path);
  if (file === undefined) return err({ reason: 'file-missing', path });
  if (file.sizeBytes > PROGRAMMER_MAX_BYTES)
    return err({ reason: 'programmer-too-large', bytes: file.sizeBytes });
  const bytes = await staged.readFile(path, 0, file.sizeBytes);
  if (!bytes.ok) return bytes;
  const programmer = { imageId: entry.programmerImageId, bytes: bytes.value };
  const loaded = await loadProgrammer(pipe, opening.value, programmer, timings.sahara, signal);
  if (!loaded.ok) return loaded;
  session.onProgrammerLoaded?.();
  return ok(new Uint8Array());
}

/**
 * The vendor's guard is an erase without a range: a programmer that does not know it erases the whole chip, calibration
 * too (edl 0.3, 0.4). So where the plan has one, only the programmer of the package hears it; another is told to restart
 * (`sahara-stale-session`), and so is our own after it has refused something, which may have wedged it (edl 1c).
 */
async function goOnWith(
  heard: Uint8Array<ArrayBuffer>,
  { pipe, plan, timings, runningProgrammer = 'unknown', onHardwareCompared }: FlashSession,
  signal?: AbortSignal,
): Promise<Result<Uint8Array<ArrayBuffer>, FlashFailure>> {
  const mayNotHearGuard = runningProgrammer === 'unknown' && plan.guards.length > 0;
  if (runningProgrammer !== 'has-refused' && !mayNotHearGuard) {
    // Sahara is over: it can be asked no more.
    onHardwareCompared?.(null);
    return ok(heard);
  }
  const reset = await resetProgrammer(new FirehoseLink(pipe, timings.firehose, { heard }), signal);
  if (reset.ok) return err({ reason: 'sahara-stale-session' });
  if (reset.failure.reason !== 'programmer-refused') return reset;
  return mayNotHearGuard ? err({ reason: 'programmer-not-ours' }) : ok(new Uint8Array());
}

/** Another chip, or one that trusts another key, is sent back as it came. */
async function judgeHardware(
  { pipe, timings, journal, expectedHardware, onHardwareCompared }: FlashSession,
  hello: Hello,
  signal?: AbortSignal,
): Promise<Result<Hello | ReadRequest, FlashFailure>> {
  // Command mode is entered only where there is something to learn: not every modem takes the question well.
  if (expectedHardware === undefined && hello.mode !== SAHARA_MODE.command) {
    onHardwareCompared?.([]);
    return ok(hello);
  }
  const asked = await askHardware(pipe, hello, timings.sahara, signal);
  if (!asked.ok) return asked;
  const { hardware, opening } = asked.value;
  const expected = expectedHardware ?? { msmIds: null, oemKeyHashes: null };
  const contradiction = findContradiction(hardware, expected);
  if (contradiction === null) {
    onHardwareCompared?.(comparedHardware(hardware, expected));
    return ok(opening);
  }
  if (!journal.attempt.flashTouched) await resetModem(pipe, timings.sahara, signal);
  return err(contradiction);
}

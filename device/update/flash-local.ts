/**
 * `cistern flash PATH`: the same as an update, from a package that lies on a disk. Nothing signed vouches for it, so
 * everything else must: the vendor's own list of digests, the catalogue, and the modem's word of what it is.
 */

import { type Compatibility, judgeStep } from '../../shared/compatibility.ts';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { identify } from '../modem/identify.ts';
import type { LocalPackage } from '../package/open-local-package.ts';
import type { FlashOptions, FlashPorts, UpdateResult } from './attempt.ts';
import { carryOut } from './carry-out.ts';
import { clearUpAfterDeadRuns, clearUpAfterEnd } from './clear-up.ts';
import { conclude } from './conclude.ts';
import { isUnfinished, readAttempt } from './journal.ts';
import { localOrigin } from './local-origin.ts';
import { takeLock } from './lock.ts';
import { openAttempt } from './open-attempt.ts';
import { resumeAttempt } from './resume.ts';

export type FlashLocalOptions = FlashOptions & {
  /** Who says that the step from the installed version works, where no rule of the catalogue does. */
  readonly voucher: string | null;
};

export type FlashLocalFailure = {
  readonly reason: 'local-package-does-not-fit';
  readonly installed: string;
  readonly version: string;
  readonly verdict: string;
  readonly because: Compatibility['reasons'];
};

export async function flashLocal(
  local: LocalPackage,
  options: FlashLocalOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const lock = await takeLock(ports.stateDir, ports.door.key, ports.processes);
  if (!lock.ok) return { kind: 'refused', failure: lock.failure };
  try {
    const result = await flashAlone(local, options, ports, signal);
    await clearUpAfterEnd(result, ports);
    return result;
  } finally {
    await lock.value.release();
  }
}

async function flashAlone(
  local: LocalPackage,
  options: FlashLocalOptions,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<UpdateResult> {
  const last = await readAttempt(ports.stateDir, ports.door.key);
  if (!last.ok) return { kind: 'refused', failure: last.failure };
  const left = last.value;
  const isUnderWay = left !== null && isUnfinished(left);
  await clearUpAfterDeadRuns({ isGoingOn: isUnderWay && !left.flashTouched }, ports);
  if (isUnderWay) {
    const { where } = ports.door;
    if (left.flashTouched)
      return {
        kind: 'refused',
        failure: { reason: 'attempt-half-written', where, toVersion: left.toVersion },
      };
    const back = await resumeAttempt(left, options, ports, signal);
    if (back.kind !== 'attempted' || back.verdict.outcome !== 'unchanged') return back;
  }
  const identity = await identify(ports.door, ports, signal);
  if (!identity.ok) {
    const { failure } = identity;
    const inEdl = failure.reason === 'modem-not-in-normal-mode' && failure.state === 'edl';
    const told: UpdateFailure = inEdl ? { reason: 'edl-without-journal', where: ports.door.where } : failure;
    return { kind: 'refused', failure: told };
  }
  const { model, version } = identity.value;
  const fits = judgeFit(version, local, options.voucher);
  if (!fits.ok) return { kind: 'refused', failure: fits.failure };

  const origin = localOrigin(local, options.voucher);
  const subject = {
    model,
    fromVersion: version.text,
    toVersion: local.version.text,
    origin: origin.recorded,
  };
  const journal = await openAttempt(subject, ports);
  if (!journal.ok) return { kind: 'refused', failure: journal.failure };
  const attempt = { identity: identity.value, origin, journal: journal.value, options, window: null, ports };
  const end = await carryOut(attempt, signal);
  return conclude(end, journal.value, ports, signal);
}

/** By the rules of the catalogue; a voucher stands for the release's own list, and overrides no prohibition. */
export function judgeFit(
  installed: FirmwareVersion,
  { version, entry }: Pick<LocalPackage, 'version' | 'entry'>,
  voucher: string | null,
): Result<void, FlashLocalFailure> {
  const installableFrom = voucher === null ? [] : [{ from: {}, source: voucher }];
  const { verdict, reasons } = judgeStep(installed, version, entry, {
    version: version.text,
    installableFrom,
  });
  if (verdict === 'fits') return ok();
  return err({
    reason: 'local-package-does-not-fit',
    installed: installed.text,
    version: version.text,
    verdict,
    because: reasons,
  });
}

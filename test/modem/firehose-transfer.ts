/** `<program>`, `<read>` and `<getsha256digest>`: commands over a region of whole sectors. */
import { err, type Result } from '../../shared/result.ts';
import {
  checkGeometryAttributes,
  checkProgramAlignment,
  type Region,
  type RegionFailure,
  regionOf,
} from './firehose-region.ts';
import { type FirehoseSession, HANDLE_PROGRAM_FAILURE, HANDLE_READ_FAILURE } from './firehose-session.ts';
import { cursorOver, digestOf, readOut } from './firehose-storage.ts';
import type { FirehoseCommand } from './firehose-xml.ts';
import { describeProgramFailure, ProgramWriter } from './program-writer.ts';

export function startProgram(session: FirehoseSession, command: FirehoseCommand): void {
  const { nand } = session.options;
  const named = regionForTransfer(session, command);
  const checked = named.ok ? checkProgramAlignment(named.value, nand.geometry) : named;
  if (!checked.ok) {
    session.refuse(checked.failure.log, HANDLE_PROGRAM_FAILURE);
    return;
  }
  const region = checked.value;
  const logs: string[] = [];
  const cursor = cursorOver(region, session.options, (log) => logs.push(log));
  const payloadMaxBytes = session.payloadMaxBytes ?? 0;
  const writer = new ProgramWriter({ nand, cursor, sectorCount: region.sectorCount, payloadMaxBytes });
  session.writing = { writer, region, logs };
  tellProgram(session, region, 'started');
  session.logRegion(region);
  session.askForRaw();
}

/** One raw transfer; after the last one the verdict. */
export function takeRawTransfer(session: FirehoseSession, bytes: Uint8Array): void {
  if (session.writing === undefined) return;
  const { writer, region, logs } = session.writing;
  writer.take(bytes);
  const isBrokenOff = session.refusal?.phase === 'middle' && writer.isHalfDone;
  if (!writer.isComplete && !isBrokenOff) return;
  session.writing = undefined;
  tellProgram(session, region, 'ended');
  for (const log of logs) session.log(log);
  if (isBrokenOff) {
    session.refuse(`flash write failed at sector address ${region.startSector}`, HANDLE_PROGRAM_FAILURE);
    return;
  }
  if (writer.failure !== undefined) {
    session.refuse(describeProgramFailure(writer.failure, region), HANDLE_PROGRAM_FAILURE);
    return;
  }
  const { startSector, sectorCount } = region;
  const finish = (): void => {
    session.log(`Finished programming start_sector ${startSector} and TotalSectorsToProgram ${sectorCount}`);
    session.finish();
  };
  const { programDelayMs } = session.options.faults;
  if (programDelayMs === 0) finish();
  else session.workFor(programDelayMs, finish);
}

function tellProgram({ options }: FirehoseSession, region: Region, phase: 'started' | 'ended'): void {
  const { startSector, sectorCount } = region;
  options.onProgram?.({ phase, startSector, lengthBytes: sectorCount * options.nand.geometry.pageBytes });
}

export function readRegion(session: FirehoseSession, command: FirehoseCommand): void {
  const checked = regionToRead(session, command);
  if (!checked.ok) {
    session.refuse(checked.failure.log, HANDLE_READ_FAILURE);
    return;
  }
  const region = checked.value;
  const verdict = session.refusal?.phase === 'end' ? 'NAK' : 'ACK';
  session.logRegion(region);
  session.answer('ACK', { rawmode: 'true' });
  const { transfers, logs } = readOut(region, session.options);
  session.voice.sendRaw(transfers, () => ({ logs: logs(), verdict }));
}

/** SHA-256 over what a `<read>` of the same region would send. */
export function digestRegion(session: FirehoseSession, command: FirehoseCommand): void {
  const checked = regionToRead(session, command);
  if (!checked.ok) {
    session.refuse(checked.failure.log, HANDLE_READ_FAILURE);
    return;
  }
  session.logRegion(checked.value);
  const digest = digestOf(checked.value, session.options).toUpperCase();
  if (session.options.dialect.digestIn === 'response') {
    session.finish({ rawmode: 'false', Digest: digest });
    return;
  }
  session.log(`INFO: Digest ${digest}`);
  session.finish();
}

/** A page that power loss tore has more wrong bits than ECC mends, until its block is erased. */
function regionToRead(session: FirehoseSession, command: FirehoseCommand): Result<Region, RegionFailure> {
  const named = regionForTransfer(session, command);
  if (!named.ok) return named;
  const { startSector, sectorCount } = named.value;
  if (!session.options.nand.holdsTornPage(startSector, sectorCount)) return named;
  const log = `ERROR: flash read failed, uncorrectable ECC at sector address ${startSector}`;
  return err({ reason: 'region-refused', log });
}

function regionForTransfer(
  session: FirehoseSession,
  command: FirehoseCommand,
): Result<Region, RegionFailure> {
  const { geometry } = session.options.nand;
  const checks = { sectorSize: 'required', pagesPerBlock: 'if-present' } as const;
  const fits = checkGeometryAttributes(command, geometry, checks);
  return fits.ok ? regionOf(command, geometry) : fits;
}

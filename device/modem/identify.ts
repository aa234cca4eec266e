/**
 * Which modem is this, and what runs on it? AT (name and version) and DIAG are asked; where they disagree, nothing goes
 * on (field 0.3: a flasher that could not read the version went on all the same).
 */
import {
  type FirmwareVersion,
  isApplicationPending,
  parseFirmwareVersion,
  versionWithoutCustom,
} from '../../shared/firmware-version.ts';
import { type ModelId, modelOf } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { DoorFailure, ModemDoor, ModemState } from '../transport/door.ts';
import type { Pipe } from '../transport/pipe.ts';
import { type AtFailure, askAt, plainLine } from './at.ts';
import { type DiagFailure, readDiagVersion } from './diag.ts';
import { VERSION_ATTEMPTS_MAX } from './limits.ts';
import { contradictsProductName, productNameInAti } from './product-name.ts';

export type Identity = {
  readonly vendor: string;
  readonly model: ModelId;
  readonly version: FirmwareVersion;
  readonly usbId: string;
  readonly interfaceCount: number;
};

export type IdentifyFailure =
  | DoorFailure
  | AtFailure
  | DiagFailure
  | {
      readonly reason: 'modem-not-in-normal-mode';
      readonly state: Exclude<ModemState, 'normal'>;
      readonly usbId: string;
    }
  | { readonly reason: 'vendor-not-supported'; readonly vendor: string }
  | { readonly reason: 'modem-version-unreadable'; readonly answer: string }
  | { readonly reason: 'modem-not-ready'; readonly answer: string }
  | { readonly reason: 'diag-names-no-version'; readonly at: string }
  | { readonly reason: 'at-and-diag-disagree'; readonly at: string; readonly diag: string }
  | ProductNameContradicts;

type ProductNameContradicts = {
  readonly reason: 'product-name-contradicts-version';
  readonly command: string;
  readonly productName: string;
  readonly version: string;
};

/** How long to wait for an application side that has not started. */
export type Patience = { readonly clock: Clock; readonly timings: { readonly versionRetryMs: number } };

export async function identify(
  door: ModemDoor,
  patience: Patience,
  signal?: AbortSignal,
): Promise<Result<Identity, IdentifyFailure>> {
  const opened = await door.open(signal);
  if (!opened.ok) return opened;
  const { state, usbId, interfaceCount, pipe } = opened.value;
  if (state !== 'normal') {
    await pipe.close();
    return err({ reason: 'modem-not-in-normal-mode', state, usbId });
  }
  const diag = await readDiagVersion(pipe, signal);
  await pipe.close();
  if (!diag.ok) return diag;

  const at = await door.openAt(signal);
  if (!at.ok) return at;
  const said = await identifyByAt(at.value, patience, signal);
  await at.value.close();
  if (!said.ok) return said;

  const { vendor, version } = said.value;
  if (diag.value === '') return err({ reason: 'diag-names-no-version', at: version.text });
  if (versionWithoutCustom(version) !== diag.value) {
    return err({ reason: 'at-and-diag-disagree', at: version.text, diag: diag.value.slice(0, 96) });
  }
  const model = modelOf(vendor, version);
  if (model === null) return err({ reason: 'modem-version-unreadable', answer: version.text });
  return ok({ vendor, model, version, usbId, interfaceCount });
}

async function identifyByAt(
  pipe: Pipe,
  { clock, timings }: Patience,
  signal?: AbortSignal,
): Promise<Result<{ vendor: string; version: FirmwareVersion }, IdentifyFailure>> {
  const quiet = await askAt(pipe, 'ATE0', signal);
  if (!quiet.ok) return quiet;
  const maker = await askAt(pipe, 'AT+CGMI', signal);
  if (!maker.ok) return maker;
  const vendor = (plainLine(maker.value) ?? '').toLowerCase();
  if (vendor !== 'quectel') return err({ reason: 'vendor-not-supported', vendor: vendor.slice(0, 40) });

  let answer = '';
  for (let attempt = 0; attempt < VERSION_ATTEMPTS_MAX; attempt++) {
    if (attempt > 0) await clock.sleep(timings.versionRetryMs, signal);
    const asked = await readVersionAnswer(pipe, signal);
    if (!asked.ok) return asked;
    answer = asked.value;
    const version = parseFirmwareVersion(answer);
    if (!version.ok) return err({ reason: 'modem-version-unreadable', answer: answer.slice(0, 96) });
    if (isApplicationPending(version.value)) continue;
    const named = await checkProductName(pipe, { vendor, version: version.value }, signal);
    return named.ok ? ok({ vendor, version: version.value }) : named;
  }
  return err({ reason: 'modem-not-ready', answer: answer.slice(0, 96) });
}

/** ATI and AT+CGMM name the product. One that answers neither, or in words unknown here, contradicts nothing. */
async function checkProductName(
  pipe: Pipe,
  { vendor, version }: { readonly vendor: string; readonly version: FirmwareVersion },
  signal?: AbortSignal,
): Promise<Result<void, AtFailure | ProductNameContradicts>> {
  for (const command of ['ATI', 'AT+CGMM']) {
    const asked = await askAt(pipe, command, signal);
    if (!asked.ok) return asked;
    const name = command === 'ATI' ? productNameInAti(asked.value, vendor) : plainLine(asked.value);
    if (name === undefined || !contradictsProductName(name, version)) continue;
    const productName = name.slice(0, 40);
    return err({ reason: 'product-name-contradicts-version', command, productName, version: version.text });
  }
  return ok();
}

/** AT+QGMR shows the custom part; old firmware knows only AT+CGMR (field 2b). */
async function readVersionAnswer(pipe: Pipe, signal?: AbortSignal): Promise<Result<string, AtFailure>> {
  for (const command of ['AT+QGMR', 'AT+CGMR']) {
    const asked = await askAt(pipe, command, signal);
    if (!asked.ok) return asked;
    const line = plainLine(asked.value);
    if (line !== undefined) return ok(line.replace(/^(\+QGMR|Revision):\s*/, ''));
  }
  return ok('');
}

/** What a module is made of, and the functions it runs on its bulk pair and its AT port, made of that. */
import { parseFirmwareVersion, versionWithoutCustom } from '../../shared/firmware-version.ts';
import { abandonedFlashing } from './abandoned-flashing.ts';
import type { AtState } from './at-commands.ts';
import type { BootOutcome } from './boot.ts';
import { Diag } from './diag.ts';
import type { FaultPlan } from './fault-plan.ts';
import { Firehose } from './firehose.ts';
import type { ProgramProgress } from './firehose-session.ts';
import type { DocumentFraming } from './firehose-voice.ts';
import type { ModemState } from './link.ts';
import type { ModuleModel } from './models.ts';
import type { SimulatedModemOptions } from './modem-options.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';
import { Sahara, type SaharaSession } from './sahara.ts';
import type { ModemSettings } from './settings.ts';
import type { StartState } from './start-state.ts';
import { fastbootComposition, type UsbComposition } from './usb-compositions.ts';
import type { ModuleControl } from './usb-function.ts';

export type ModuleParts = {
  readonly model: ModuleModel;
  readonly nand: Nand;
  readonly partitions: readonly Partition[];
  readonly faults: FaultPlan;
  /** Burnt into the chip. */
  readonly chipSerial: number;
  readonly settings: ModemSettings;
  readonly settingsByFirmware: Readonly<Record<string, Partial<ModemSettings>>>;
  readonly framing: DocumentFraming;
  readonly onProgram: (progress: ProgramProgress) => void;
  readonly timing: Required<NonNullable<SimulatedModemOptions['timing']>>;
};

export type NormalBoot = BootOutcome & { kind: 'normal' };

/** What the module is on USB in a state in which it is there. */
export function compositionIn(
  state: ModemState,
  { normalUsb, edlUsb, ramDumpUsb }: ModuleModel,
): UsbComposition {
  if (state === 'normal') return normalUsb;
  if (state === 'ram-dump') return ramDumpUsb;
  return state === 'fastboot' ? fastbootComposition : edlUsb;
}

export function saharaOf(parts: ModuleParts, control: ModuleControl, session: SaharaSession): Sahara {
  const { model, faults, chipSerial } = parts;
  const { sahara: dialect, chip, hardwareId, rootKeyHash } = model;
  const identity = { serial: chipSerial, hardwareId, rootKeyHash };
  return new Sahara(control, { dialect, chip, identity, session, rejectsAll: faults.rejectsProgrammer });
}

export function programmerOf(
  parts: ModuleParts,
  control: ModuleControl,
  { isForeign = false }: { readonly isForeign?: boolean } = {},
): Firehose {
  const { nand, partitions, faults, model, framing, timing, onProgram } = parts;
  const { firehose: dialect } = model;
  const projectName = isForeign ? null : model.projectName;
  const storage = { nand, partitions, faults };
  return new Firehose(control, {
    dialect,
    ...storage,
    projectName,
    framing,
    secondMs: timing.secondMs,
    onProgram,
  });
}

/** One that runs already. What it said before anybody looked went to a host that is gone, and so is what that one sent. */
export function programmerFoundIn(state: StartState, parts: ModuleParts, control: ModuleControl): Firehose {
  const programmer = programmerOf(parts, control, { isForeign: state.startsWith('foreign-') });
  if (!state.endsWith('-mid-image')) return programmer;
  const { model, nand, partitions } = parts;
  for (const transfer of abandonedFlashing(model, nand, partitions)) programmer.receive(transfer);
  return programmer;
}

export function diagOf({ faults }: ModuleParts, control: ModuleControl, { firmware }: NormalBoot): Diag {
  return new Diag(control, { softwareRevision: firmwareNames(firmware).withoutCustom, faults });
}

export function atStateOf(
  { model }: ModuleParts,
  { firmware, calibration }: NormalBoot,
  settings: Pick<AtState, 'settings' | 'changeSettings'>,
): AtState {
  return {
    ...settings,
    vendor: model.vendor,
    modelName: model.name,
    firmware: firmwareNames(firmware),
    calibration,
    functionality: 1,
    isEchoOn: true,
    errorFormat: 1,
    applicationPendingAnswers: settings.settings().applicationPendingAnswers,
  };
}

function firmwareNames(full: string): { readonly full: string; readonly withoutCustom: string } {
  const version = parseFirmwareVersion(full);
  return { full, withoutCustom: version.ok ? versionWithoutCustom(version.value) : full };
}

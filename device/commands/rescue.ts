/** `cistern rescue`: brings a modem back, and writes to it only what the journal or a person names. */
import { buildCommand } from '@stricli/core';
import { parseModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Context } from '../context.ts';
import type { UpdateFailure } from '../failure.ts';
import { type LocalPackage, openLocalPackage } from '../package/open-local-package.ts';
import { displayMode, updateDisplay } from '../ui/update-display.ts';
import type { FlashPorts, UpdateEvents, UpdatePorts } from '../update/attempt.ts';
import { type RescueFirmware, type RescueResult, rescue } from '../update/rescue.ts';
import { localFirmware, publishedFirmware } from '../update/rescue-firmware.ts';
import { withoutUplink, withUplink } from '../update/uplink.ts';
import { askOnce, yesFlag } from './ask.ts';
import { besideRouter, routerFlag } from './beside-router.ts';
import {
  type CommonFlags,
  channelFlag,
  commonFlags,
  type DownloadFlags,
  downloadFlags,
  type FlashingFlags,
  flashingFlags,
  flashingOptions,
  keepCopyFlag,
  settingsOf,
} from './flags.ts';
import { type PackageFlags, packageArgument, packageFlags } from './package-flags.ts';
import { type ModemSession, openModemPorts, openModemSession, openUpdatePorts } from './session.ts';
import { tellFailure } from './tell.ts';
import { tellResult, UNTOUCHED } from './tell-result.ts';

/** Nobody is asked what bringing a modem back may cost. */
const { metered: _, ...rescueDownloadFlags } = downloadFlags;

type RescueFlags = CommonFlags &
  Omit<DownloadFlags, 'metered'> &
  PackageFlags &
  FlashingFlags & {
    readonly router?: string;
    readonly channel?: 'stable' | 'beta';
    readonly keepCopy?: string;
    readonly yes: boolean;
  };

export const rescueCommand = buildCommand<RescueFlags, [string?], Context>({
  func: besideRouter(runRescue),
  parameters: {
    positional: { kind: 'tuple', parameters: [{ ...packageArgument, optional: true }] },
    flags: {
      ...commonFlags,
      router: routerFlag,
      ...packageFlags,
      ...rescueDownloadFlags,
      keepCopy: keepCopyFlag,
      ...flashingFlags,
      channel: channelFlag,
      yes: yesFlag,
    },
    aliases: { q: 'quiet' },
  },
  docs: {
    brief: 'Bring back a modem that is in emergency download mode, has crashed, or is half written',
    fullDescription: [
      'From any state: HELLO of the boot ROM, a session that was broken off, a programmer that runs already, a crash dump.',
      'An update that the journal knows is finished from its stage. Otherwise the modem is reset first, which writes',
      'nothing: one whose flash is whole starts. Only one that does not is written to, and only with what you name: a',
      'PATH (the vendor package, without a network), or --model and --version from the repository. Read the label on',
      'the modem: hardware and flash size must be the same, letter by letter. The plan is shown, and it asks once.',
      '',
      'Examples:',
      '  cistern rescue --modem usb:1-1.4',
      '  cistern rescue --router root@192.0.2.1                  a modem in a router, over SSH',
      '  cistern rescue /mnt/usb/EC25EUGAR08A03M4G_01.200.01.200.zip --modem auto',
      '  cistern rescue --model quectel/ec25euga-m4g --version EC25EUGAR08A03M4G_01.200.01.200 --yes',
    ].join('\n'),
  },
});

async function runRescue(this: Context, flags: RescueFlags, path?: string): Promise<void> {
  const untouched = { json: flags.json, state: UNTOUCHED };
  if (!flags.yes && !this.isInteractive)
    return tellFailure(this, { reason: 'nobody-to-ask', command: 'rescue' }, untouched);
  // A package is judged before the modem is looked at: what is wrong with it is wrong whatever the modem does.
  const local = path === undefined ? null : await openLocalPackage({ ...flags, path }, this.signal);
  if (local !== null && !local.ok) return tellFailure(this, local.failure, untouched);
  try {
    await rescueModem(this, local?.value ?? null, flags);
  } finally {
    await local?.value.close();
  }
}

async function rescueModem(context: Context, local: LocalPackage | null, flags: RescueFlags): Promise<void> {
  const untouched = { json: flags.json, state: UNTOUCHED };
  const session = await openModemSession(context, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(context, session.failure, untouched);
  const display = updateDisplay(context, displayMode(flags), { plan: 'whole', asks: !flags.yes });
  const ports = await openRescuePorts(context, session.value, display.events);
  if (!ports.ok) return tellFailure(context, ports.failure, untouched);
  const { flash, published } = ports.value;
  try {
    const firmware = local === null ? namedFirmware(flags, ports.value) : ok(localFirmware(local));
    if (!firmware.ok) return tellFailure(context, firmware.failure, untouched);
    const options = {
      ...flashingOptions(session.value.settings),
      ask: flags.yes ? null : () => askOnce(context, QUESTION),
    };
    const result = await rescue(firmware.value, options, flash, context.signal);
    display.end();
    if (result.kind === 'starts') tellStart(context, session.value.door.where, result, flags);
    else tellResult(context, 'rescue', result, flags);
  } finally {
    await published?.http.close();
  }
}

const QUESTION = 'Everything is staged and verified. Write to the modem now?';

type RescuePorts = {
  readonly flash: FlashPorts;
  /** The repository, where the settings name one; else what is missing of them. */
  readonly published: UpdatePorts | null;
  readonly missing: UpdateFailure | null;
};

/** Without a repository a rescue goes on from the stage and from PATH; the uplink may be the very modem. */
async function openRescuePorts(
  context: Context,
  session: ModemSession,
  events: UpdateEvents,
): Promise<Result<RescuePorts, UpdateFailure>> {
  const published = await openUpdatePorts(context, session, events);
  if (published.ok)
    return ok({ flash: withUplink(published.value), published: published.value, missing: null });
  const modemPorts = await openModemPorts(context, session, events);
  if (!modemPorts.ok) return modemPorts;
  const missing = published.failure;
  const copies = { keepCopyIn: session.settings.keepCopy ?? null };
  return ok({ flash: withoutUplink(modemPorts.value, missing, copies), published: null, missing });
}

/** The firmware of --model and --version; null where neither is given. */
function namedFirmware(
  { model, version, channel }: RescueFlags,
  { published, missing }: RescuePorts,
): Result<RescueFirmware | null, UpdateFailure> {
  if (model === undefined && version === undefined) return ok(null);
  if (model === undefined || version === undefined) {
    const name = model === undefined ? '--model' : '--version';
    return err({ reason: 'rescue-firmware-half-named', missing: name });
  }
  const parsed = parseModelId(model);
  if (parsed === null) return err({ reason: 'local-model-unreadable', text: model.slice(0, 96) });
  if (published === null) return missing === null ? ok(null) : err(missing);
  return ok(publishedFirmware({ model: parsed, version, channel: channel ?? 'stable' }, published));
}

function tellStart(
  { stdout }: Context,
  where: string,
  { identity, found }: Extract<RescueResult, { readonly kind: 'starts' }>,
  { json }: RescueFlags,
): void {
  const { model } = identity;
  const version = identity.version.text;
  if (json) {
    const document = { format: 'cistern-rescue/1', result: 'starts', where, found, model, version };
    stdout.write(`${JSON.stringify(document)}\n`);
    return;
  }
  const before = found?.state === 'normal' ? 'needs no rescue' : 'starts by itself';
  stdout.write(`${where} ${before}: in normal mode, ${model} ${version}; nothing was written\n`);
}

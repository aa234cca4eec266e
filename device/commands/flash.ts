/** `cistern flash PATH`: a vendor's package from a disk, with the gates, the journal and the proof of an update. */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { type LocalPackage, openLocalPackage } from '../package/open-local-package.ts';
import { planDocument } from '../report/plan-document.ts';
import { planLines } from '../report/plan-lines.ts';
import { displayMode, updateDisplay } from '../ui/update-display.ts';
import { flashLocal } from '../update/flash-local.ts';
import { withoutUplink } from '../update/uplink.ts';
import { askOnce, yesFlag } from './ask.ts';
import { besideRouter, routerFlag } from './beside-router.ts';
import {
  type CommonFlags,
  commonFlags,
  downloadFlags,
  type FlashingFlags,
  flashingFlags,
  flashingOptions,
  settingsOf,
} from './flags.ts';
import { type PackageFlags, packageArgument, packageFlags } from './package-flags.ts';
import { openModemPorts, openModemSession } from './session.ts';
import { tellFailure } from './tell.ts';
import { tellResult, UNTOUCHED } from './tell-result.ts';

type FlashFlags = Omit<CommonFlags, 'repository' | 'root'> &
  PackageFlags &
  FlashingFlags & {
    readonly router?: string;
    readonly stage?: string;
    readonly plan: boolean;
    readonly yes: boolean;
    readonly vouch?: string;
  };

export const flashCommand = buildCommand<FlashFlags, [string], Context>({
  func: besideRouter(runFlash),
  parameters: {
    positional: { kind: 'tuple', parameters: [packageArgument] },
    flags: {
      modem: commonFlags.modem,
      router: routerFlag,
      ...packageFlags,
      stage: downloadFlags.stage,
      plan: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Show the checked plan and do nothing: no modem is needed',
      },
      ...flashingFlags,
      yes: yesFlag,
      vouch: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: 'Who says that the step from the installed version works, where no rule does',
        placeholder: 'source',
      },
      state: commonFlags.state,
      config: commonFlags.config,
      json: commonFlags.json,
    },
    aliases: { q: 'quiet' },
  },
  docs: {
    brief: 'Flash a vendor package from a directory or a zip, without a network',
    fullDescription: [
      'The package is judged by the rules that guard publishing and by the built-in catalogue, and every file against',
      "the vendor's md5.txt; then it is staged, and flashed, read back and confirmed as by cistern update. It is NOT",
      'signed by your repository: only md5.txt vouches for it, so it asks once, and wants --yes where nobody can be asked.',
      '',
      'The version is taken from the name of the package (or --version): the modem must show it afterwards. A step that',
      'the catalogue does not know needs --vouch; what it forbids stays forbidden.',
      '',
      'Examples:',
      '  cistern flash /mnt/usb/EC25EUGAR06A06M4G_01.004.01.004.zip --plan',
      '  cistern flash /mnt/usb/EC25EUGAR06A06M4G_01.004.01.004.zip --modem usb:1-1.4',
      '  cistern flash unpacked --version EC25EUGAR06A06M4G_01.004.01.004 --modem auto --yes',
      "  cistern flash PACKAGE --vouch 'release notes of the vendor' --stage /mnt/usb",
    ].join('\n'),
  },
});

async function runFlash(this: Context, flags: FlashFlags, path: string): Promise<void> {
  const untouched = { json: flags.json, state: UNTOUCHED };
  if (!flags.plan && !flags.yes && !this.isInteractive)
    return tellFailure(this, { reason: 'nobody-to-ask', command: 'flash' }, untouched);
  const { version, model } = flags;
  const local = await openLocalPackage({ path, version, model }, this.signal);
  if (!local.ok) return tellFailure(this, local.failure, untouched);
  try {
    for (const { sentence } of local.value.warnings) this.stderr.write(`  note: ${sentence}\n`);
    if (flags.plan) tellPlan(this, local.value, flags);
    else await flashModem(this, local.value, flags);
  } finally {
    await local.value.close();
  }
}

function tellPlan({ stdout }: Context, local: LocalPackage, { json }: FlashFlags): void {
  const { plan, partitions, entry, version, flash } = local;
  const document = planDocument(plan, partitions, {
    model: entry.model,
    fromVersion: null,
    toVersion: version.text,
    programmer: flash.programmer,
    vouchedBy: 'md5-list',
  });
  stdout.write(json ? `${JSON.stringify(document)}\n` : `${planLines(document).join('\n')}\n`);
}

async function flashModem(context: Context, local: LocalPackage, flags: FlashFlags): Promise<void> {
  const untouched = { json: flags.json, state: UNTOUCHED };
  const session = await openModemSession(context, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(context, session.failure, untouched);
  const display = updateDisplay(context, displayMode(flags), { plan: 'whole', asks: !flags.yes });
  const ports = await openModemPorts(context, session.value, display.events);
  if (!ports.ok) return tellFailure(context, ports.failure, untouched);
  const options = {
    ...flashingOptions(session.value.settings),
    ask: flags.yes ? null : () => askOnce(context, QUESTION),
    voucher: flags.vouch ?? null,
  };
  const offline = withoutUplink(
    ports.value,
    { reason: 'package-not-found', path: local.path },
    { keepCopyIn: session.value.settings.keepCopy ?? null },
  );
  const result = await flashLocal(local, options, offline, context.signal);
  display.end();
  tellResult(context, 'flash', result, flags);
}

const QUESTION =
  'Everything is staged and verified against md5.txt; it is not signed by your repository. Flash the modem now?';

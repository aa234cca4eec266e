/**
 * `cistern check`: is there an update, does it fit, is it rolled out to me. The modem is only asked; this device's
 * key and the verified metadata are kept in the state directory.
 */
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { updateDisplay } from '../ui/update-display.ts';
import { decide } from '../update/update.ts';
import { type CommonFlags, channelFlag, commonFlags, settingsOf } from './flags.ts';
import { openModemSession, openUpdatePorts } from './session.ts';
import { tellFailure } from './tell.ts';

type CheckFlags = CommonFlags & { readonly version?: string; readonly channel?: 'stable' | 'beta' };

export const checkCommand = buildCommand<CheckFlags, [], Context>({
  func: runCheck,
  parameters: {
    flags: {
      ...commonFlags,
      version: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        brief: 'Ask about this version',
        placeholder: 'version',
      },
      channel: channelFlag,
    },
  },
  docs: {
    brief: 'Say whether there is an update for the modem, and why or why not',
    fullDescription: [
      'Asks the modem and the repository; fetches no package and leaves the modem as it is. What was verified (metadata)',
      "and this device's key are kept in the state directory, as every poll needs them.",
      '',
      'Examples:',
      '  cistern check',
      '  cistern check --version EC25EUGAR08A03M4G_01.200.01.200',
      '  cistern check --json | jq .action',
    ].join('\n'),
  },
});

async function runCheck(this: Context, flags: CheckFlags): Promise<void> {
  const told = { json: flags.json, state: 'The modem was not touched.' };
  const session = await openModemSession(this, settingsOf(flags), flags.config);
  if (!session.ok) return tellFailure(this, session.failure, told);
  const ports = await openUpdatePorts(this, session.value, updateDisplay(this, 'quiet').events);
  if (!ports.ok) return tellFailure(this, ports.failure, told);
  try {
    const channel = session.value.settings.channel ?? 'stable';
    const decided = await decide({ wanted: flags.version, channel }, ports.value, this.signal);
    if (!decided.ok) return tellFailure(this, decided.failure, told);
    const { identity, resolved, recalled } = decided.value;
    const installed = identity.version.text;
    const install = resolved.action === 'install' ? resolved.manifest.version : null;
    const sizeBytes = resolved.action === 'install' ? resolved.manifest.package.storedBytes : 0;
    const reasons = resolved.action === 'install' ? resolved.compatibility.reasons : [];
    const { considered } = resolved;
    if (flags.json) {
      const { action } = resolved;
      this.stdout.write(
        `${JSON.stringify({ format: 'cistern-check/1', action, model: identity.model, installed, recalled, install, sizeBytes, reasons, considered })}\n`,
      );
      return;
    }
    this.stdout.write(`${identity.model} runs ${installed}\n`);
    if (recalled !== null) this.stdout.write(`  recalled by its publisher: ${recalled}\n`);
    if (install === null) this.stdout.write('nothing to install\n');
    else this.stdout.write(`install ${install} (${(sizeBytes / 1e6).toFixed(1)} MB to fetch)\n`);
    for (const { sentence, source } of reasons) this.stdout.write(`  ${sentence} [${source}]\n`);
    for (const { version, verdict, rollout, sentence } of considered) {
      if (version === install) continue;
      const why =
        rollout === 'failed-here'
          ? `failed on this modem before; cistern update --version ${version} tries it again`
          : `rollout ${rollout}`;
      this.stdout.write(`  ${version}: ${verdict}, ${why}. ${sentence}\n`);
    }
  } finally {
    await ports.value.http.close();
  }
}

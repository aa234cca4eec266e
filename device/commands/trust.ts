/** `cistern trust`: the pinned root, and what is believed of each model from there. Asks neither modem nor network. */
import { tmpdir } from 'node:os';
import { buildCommand } from '@stricli/core';
import { requireSetting } from '../config.ts';
import type { Context } from '../context.ts';
import { explain } from '../report/explain/explain.ts';
import { readPinnedRoot } from '../repository/pinned-root.ts';
import {
  type ModelTrust,
  type RoleReport,
  reportTrust,
  type TrustReport,
} from '../repository/trust-report.ts';
import { codeOf } from '../stage/error-code.ts';
import { type CommonFlags, commonFlags, settingsOf } from './flags.ts';
import { readSettings } from './session.ts';
import { tellFailure } from './tell.ts';

type TrustFlags = Omit<CommonFlags, 'modem' | 'repository'>;

const { root, state, config, json } = commonFlags;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Enough of a key's id to tell it from the others. */
const KEY_ID_SHOWN_CHARS = 12;

export const trustCommand = buildCommand<TrustFlags, [], Context>({
  func: runTrust,
  parameters: { flags: { root, state, config, json } },
  docs: {
    brief: 'Show what is trusted: the pinned root, each role with its version, keys and expiry',
    fullDescription: [
      'Verifies what lies on disk from the pinned root again; asks neither modem nor network, and changes nothing.',
      'Ends with the code of the first thing that would not be believed now.',
      '',
      'Examples:',
      '  cistern trust',
      '  cistern trust --root /etc/cistern/root.json',
      "  cistern trust --json | jq '.models[].roles[] | {role, expires}'",
    ].join('\n'),
  },
});

async function runTrust(this: Context, flags: TrustFlags): Promise<void> {
  const told = { json: flags.json, state: 'Nothing was changed.' };
  const settings = await readSettings(this, settingsOf(flags), flags.config);
  if (!settings.ok) return tellFailure(this, settings.failure, told);
  const { stateDir } = settings.value;
  const path = requireSetting(settings.value.settings, 'root');
  if (!path.ok) return tellFailure(this, path.failure, told);
  const text = await this.readTextFile(path.value);
  if (text === null) {
    const why = 'the pinned root cannot be read';
    return tellFailure(this, { reason: 'config-unreadable', path: path.value, why }, told);
  }
  const pinned = readPinnedRoot(text);
  if (!pinned.ok) return tellFailure(this, pinned.failure, told);

  const nowMs = this.clock.nowMs();
  const question = { stateDir, pinned: pinned.value, nowMs, scratchDirectory: tmpdir() };
  let report: TrustReport;
  try {
    report = await reportTrust(question);
  } catch (error) {
    const failure = { reason: 'state-unusable', directory: stateDir, code: codeOf(error) } as const;
    return tellFailure(this, failure, told);
  }
  if (flags.json) {
    this.stdout.write(`${JSON.stringify({ format: 'cistern-trust/1', root: path.value, ...report })}\n`);
  } else {
    this.stdout.write(shownReport(report, path.value, nowMs));
  }
  const refused = report.models.find(({ failure }) => failure !== null)?.failure ?? null;
  if (refused !== null) tellFailure(this, refused, { ...told, json: false });
}

function shownReport({ pinned, models }: TrustReport, path: string, nowMs: number): string {
  const lines = [`pinned root  ${path}`, `  ${shownRole(pinned, nowMs)}`];
  for (const model of models) lines.push(...shownModel(model, nowMs));
  if (models.length === 0) lines.push('no repository was asked from here yet');
  return `${lines.join('\n')}\n`;
}

function shownModel({ model, roles, failure }: ModelTrust, nowMs: number): string[] {
  const verdict = failure === null ? 'believed' : `not believed: ${explain(failure).what}`;
  return [`${model}  ${verdict}`, ...roles.map((role) => `  ${shownRole(role, nowMs)}`)];
}

function shownRole({ role, version, expires, keyIds, threshold }: RoleReport, nowMs: number): string {
  const days = Math.floor((Date.parse(expires) - nowMs) / DAY_MS);
  const age = days < 0 ? 'EXPIRED' : `in ${days} d`;
  const keys = keyIds.map((id) => id.slice(0, KEY_ID_SHOWN_CHARS)).join(' ');
  return `${role.padEnd(9)}  ${String(version).padStart(10)}  expires ${expires} (${age})  ${threshold} of ${keyIds.length}: ${keys}`;
}

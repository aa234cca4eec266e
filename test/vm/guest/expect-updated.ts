/** The end that every updating scenario wants, from the updater's own mouth and from the modem's. */
import assert from 'node:assert/strict';
import type { ModemState, Setting } from '../scenario.ts';
import type { Finished, Guest } from './guest.ts';
import { lastJsonLine } from './modem-on-the-bus.ts';

export function expectUpdated(guest: Guest, finished: Finished): void {
  const end = lastJsonLine(finished.stdout);
  assert.equal(end.result, 'updated', JSON.stringify(end));
  assert.equal(finished.code, 0);
  const { delivered } = end.delivery as { readonly delivered: readonly string[] };
  assert.equal(delivered.length, 1, 'the report reached the repository');
  const { toVersion } = end.verdict as { readonly toVersion: string };
  assert.equal(toVersion, guest.setting.newVersion);
}

/** The modem booted the new version with its calibration whole, and is not in EDL. */
export function bootedNewVersion(states: readonly ModemState[], { newVersion }: Setting): void {
  const last = states.at(-1);
  assert.equal(last?.state, 'normal', JSON.stringify(states));
  assert.equal(last?.firmware, newVersion);
  assert.equal(last?.calibration, states[0]?.calibration, 'calibration as the factory left it');
}

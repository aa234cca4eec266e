/** How roaming is read and allowed: 4G modules by QCFG "roamservice", 5G modules by QNWPREFCFG "roam_pref". */
import type { ModemFacts } from './facts.ts';

export const ALLOW_ROAMING_4G = 'AT+QCFG="roamservice",2,1';
export const ALLOW_ROAMING_5G = 'AT+QNWPREFCFG="roam_pref",255';

export function isRoamingOff(facts: ModemFacts): boolean {
  return facts.roaming === 'off' || facts.roaming === 'home-only';
}

/** As the modem writes it. */
export function roamingSetting(facts: ModemFacts | null): string {
  return facts?.roaming === 'home-only' ? 'AT+QNWPREFCFG="roam_pref" is 1' : 'AT+QCFG="roamservice" is 1';
}

/** The command that this modem knows. */
export function allowRoaming(facts: ModemFacts | null): string {
  return facts?.roaming === 'home-only' ? ALLOW_ROAMING_5G : ALLOW_ROAMING_4G;
}

/** What must not run while a modem is flashed, on which kind of system: data files, built in (field 4). */
import * as z from 'zod';
import type { Machine } from '../machine.ts';
import debian from './profiles/debian.json' with { type: 'json' };
import openwrt from './profiles/openwrt.json' with { type: 'json' };
import rutos from './profiles/rutos.json' with { type: 'json' };

const word = z.string().min(1).max(200);
const command = z.array(word).min(1).max(16);

const serviceSchema = z.strictObject({
  name: z.string().min(1).max(80),
  /** Why it must not run: the end of a sentence that begins with its name. */
  why: z.string().min(1).max(200),
  /** A path that is there where the service is. */
  sign: word,
  /** Once for each netifd interface that stands on the modem; `{interface}` becomes its name. */
  each: z.literal('netifd-interface').optional(),
  /** Ends with 0 where the system would start it by itself, so that it is stopped even when nothing is seen running. */
  enabled: command.optional(),
  running: z.strictObject({
    processes: z.array(z.string().min(1).max(80)).max(8).optional(),
    /** Ends with 0 while it runs. */
    command: command.optional(),
  }),
  /**
   * Tried first where it runs: a program that keeps it off this one modem while the program runs. `{device}` becomes
   * the modem's path in sysfs; `says` is in what it writes once it holds.
   */
  hold: z.strictObject({ command, says: word }).optional(),
  stop: command,
  start: command,
  /** Has lines of its own in crontabs, which go when it is stopped. */
  ownsCronLines: z.literal(true).optional(),
  /** Whether the modem is left alone when it does not stop. */
  essential: z.boolean(),
});
export type Service = z.infer<typeof serviceSchema>;

const profileSchema = z.strictObject({
  format: z.literal('cistern-services/1'),
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** One of these paths tells the system; the first profile that is told is taken. */
  signs: z.array(word).min(1).max(8),
  services: z.array(serviceSchema).min(1).max(64),
  /** Services that start programs for others: what one of theirs holds may end with those, or soon by itself. */
  startForOthers: z.array(z.string().min(1).max(80)).max(16),
});
export type ServiceProfile = z.infer<typeof profileSchema>;

/** In this order: RutOS is made of OpenWrt. */
export const SERVICE_PROFILES: readonly ServiceProfile[] = [rutos, openwrt, debian].map((profile) =>
  profileSchema.parse(profile),
);

/** Null on a system that no profile knows: nothing is stopped there. */
export async function findServiceProfile(
  { isThere }: Pick<Machine, 'isThere'>,
  profiles: readonly ServiceProfile[] = SERVICE_PROFILES,
): Promise<ServiceProfile | null> {
  for (const profile of profiles) {
    for (const sign of profile.signs) if (await isThere(sign)) return profile;
  }
  return null;
}

/**
 * A service that can be told to leave one modem alone, by a program that runs meanwhile, goes on serving the others.
 * Nothing is on record of it: the program ends with this process, whatever ends that.
 */
import type { Held } from '../hold-command.ts';
import type { Machine } from '../machine.ts';
import type { Service } from './service-profile.ts';

/** `devicePath` is the modem's in sysfs, as the kernel names it. Null where the service has to be stopped instead. */
export async function holdService(
  { name, hold }: Service,
  devicePath: string | null,
  { machine, onNote }: { readonly machine: Machine; readonly onNote: (note: string) => void },
): Promise<Held | null> {
  if (hold === undefined || machine.hold === undefined || devicePath === null) return null;
  const command = hold.command.map((word) => word.replaceAll('{device}', devicePath));
  const held = await machine.hold(command, hold.says);
  if (!held.ok) {
    onNote(`${name} cannot be told to leave the modem alone (${held.failure.why}), so it is stopped`);
    return null;
  }
  onNote(`${name} leaves the modem alone until this has ended (${command[0]})`);
  let isReleased = false;
  void held.value.ended.then(() => {
    if (!isReleased) onNote(`${name} is no longer kept off the modem: ${command[0]} has ended by itself`);
  });
  return {
    ...held.value,
    release: () => {
      isReleased = true;
      return held.value.release();
    },
  };
}

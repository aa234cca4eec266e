/** Which of netifd's interfaces stand on a modem: `ubus call network.interface dump`, compared with its net devices. */
import * as z from 'zod';

const dumpSchema = z.object({
  interface: z
    .array(
      z.object({
        interface: z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/),
        device: z.string().max(40).optional(),
        l3_device: z.string().max(40).optional(),
      }),
    )
    .max(256),
});

/** Names without a leading dash, so that none is taken for an option. */
export function netifdInterfaces(dumpText: string, netDevices: readonly string[]): readonly string[] {
  let json: unknown;
  try {
    json = JSON.parse(dumpText);
  } catch {
    return [];
  }
  const dump = dumpSchema.safeParse(json);
  if (!dump.success) return [];
  return dump.data.interface
    .filter(
      ({ device = '', l3_device = '' }) => netDevices.includes(device) || netDevices.includes(l3_device),
    )
    .map(({ interface: name }) => name)
    .filter((name) => !name.startsWith('-'));
}

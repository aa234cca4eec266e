/**
 * Which of netifd's interfaces stand on a modem: by the net device in `ubus call network.interface dump`, or by what
 * UCI names (`network.<name>.device`: a tty, a cdc-wdm, the path in sysfs), because ppp's net device, `3g-wwan`, is
 * not the modem's, and an interface that still dials has none.
 */
import * as z from 'zod';

const dumpSchema = z.object({
  interface: z
    .array(
      z.object({
        interface: z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/),
        device: z.string().max(40).optional(),
        l3_device: z.string().max(40).optional(),
        /** False once it was taken down: netifd leaves it alone until `ifup`. */
        autostart: z.boolean().optional(),
      }),
    )
    .max(256),
});

/** Names without a leading dash, so that none is taken for an option. `configured`: those that UCI puts on the modem. */
export function netifdInterfaces(
  dumpText: string,
  netDevices: readonly string[],
  configured: readonly string[] = [],
): readonly string[] {
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
      ({ interface: name, device = '', l3_device = '', autostart = true }) =>
        netDevices.includes(device) ||
        netDevices.includes(l3_device) ||
        (autostart && configured.includes(name)),
    )
    .map(({ interface: name }) => name)
    .filter((name) => !name.startsWith('-'));
}

/** `network.wwan.device='/dev/cdc-wdm0'`, as `uci -q show network` writes it. */
const UCI_DEVICE = /^network\.(\w{1,40})\.device='([^']{1,200})'$/gm;

/** The interfaces that UCI puts on one of these device nodes or paths in sysfs. */
export function uciInterfaces(uciText: string, devices: readonly string[]): readonly string[] {
  return [...uciText.matchAll(UCI_DEVICE)].flatMap(([, name = '', device = '']) =>
    devices.includes(device) ? [name] : [],
  );
}

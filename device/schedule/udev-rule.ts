/** A rule that starts `what` when a modem turns up in EDL (05c6:9008, edl 1a). */
import { OWNERSHIP_MARK, type ScheduledFile } from './scheduled-file.ts';

export function udevRule(what: string): ScheduledFile {
  const match =
    'ACTION=="add", SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="05c6", ATTR{idProduct}=="9008"';
  return {
    kind: 'file',
    path: '/etc/udev/rules.d/90-cistern.rules',
    text: `# ${OWNERSHIP_MARK}\n${match}, ${what}\n`,
    mode: 0o644,
  };
}

import { expect, it } from 'vitest';
import { parseDependencies } from './initramfs.ts';

it('finds a module with everything that it depends on, whichever way its name is spelt', () => {
  const dependencies = parseDependencies(
    'kernel/usb/vhci-hcd.ko: kernel/usb/usbip-core.ko kernel/usb/usbcore.ko\nkernel/usb/usbcore.ko.xz:\n',
  );
  expect(dependencies.get('vhci_hcd')).toEqual([
    'kernel/usb/vhci-hcd.ko',
    'kernel/usb/usbip-core.ko',
    'kernel/usb/usbcore.ko',
  ]);
  expect(dependencies.get('usbcore')).toEqual(['kernel/usb/usbcore.ko.xz']);
});

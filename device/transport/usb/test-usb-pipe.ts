/** A pipe on a device of tests, opened and claimed. */
import { systemClock } from '../../clock.ts';
import { type TestUsbOptions, testUsbDevice } from './test-usb-device.ts';
import { UsbPipe } from './usb-pipe.ts';

export async function testUsbPipe(
  options: TestUsbOptions = {},
  isPresent: () => Promise<boolean> = async () => true,
) {
  const device = testUsbDevice(options);
  await device.open();
  await device.claimInterface(0);
  let givenBack = 0;
  const pipe = new UsbPipe({
    device,
    pair: { inNumber: 1, outNumber: 1, packetBytes: options.packetBytes ?? 512 },
    isPresent,
    giveBack: async () => {
      givenBack += 1;
      await device.releaseInterface(0);
      await device.close();
    },
    clock: { ...systemClock, sleep: async () => {} },
  });
  return { device, pipe, givenBack: () => givenBack };
}

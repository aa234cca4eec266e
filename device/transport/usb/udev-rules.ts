/** What lets a group open modems over USB: normal mode has its maker's id, EDL has Qualcomm's. */
export const UDEV_RULES: readonly string[] = ['2c7c', '05c6'].map(
  (vendorId) => `SUBSYSTEM=="usb", ATTR{idVendor}=="${vendorId}", MODE="0660", GROUP="dialout"`,
);

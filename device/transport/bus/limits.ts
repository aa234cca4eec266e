/** Bounds of looking at the USB bus. */

/** 16 buses of a machine full of hubs hold fewer; what stands beyond it is not looked at. */
export const USB_DEVICES_MAX = 1024;
/** bNumInterfaces is one byte (USB 2.0, 9.6.3); a modem has at most a dozen. */
export const INTERFACES_MAX = 32;

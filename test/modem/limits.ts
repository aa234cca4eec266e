/** Every bound of the simulated modem that a host, a file or a test controls, each with its unit. */

/** Largest NAND the simulator builds: 1 GiB (Mxx of a version goes to M8G). */
export const NAND_MAX_BYTES = 1024 * 1024 * 1024;

/** Longest XML document the 9x07 programmer takes (edl 1c: MaxXMLSizeInBytes 4096). */
export const FIREHOSE_XML_MAX_BYTES = 4096;
/** Most attributes of one Firehose command; QFirehose's longest has ten. */
export const FIREHOSE_ATTRIBUTES_MAX_COUNT = 32;
/** Longest tag or attribute name, in characters; the longest in use has 38. */
export const FIREHOSE_NAME_MAX_CHARS = 64;
/** Longest attribute value, in characters; file names are the longest in use. */
export const FIREHOSE_VALUE_MAX_CHARS = 256;

/** Longest delay of a `<power>`, in seconds; QFirehose asks for 10. */
export const POWER_DELAY_MAX_S = 60;

/** Largest programmer: what fits the chip's internal memory, in bytes; the real one has 128,376. */
export const PROGRAMMER_MAX_BYTES = 1024 * 1024;
/** Most program headers of a programmer; the real one has 3. */
export const PROGRAMMER_PROGRAM_HEADERS_MAX_COUNT = 16;

/** Longest fastboot command, in bytes (fastboot's own bound). */
export const FASTBOOT_COMMAND_MAX_BYTES = 64;

/** Longest DIAG frame kept while its end (7E) has not come, in bytes. */
export const DIAG_FRAME_MAX_BYTES = 4096;
/** Longest AT command line kept while its end (CR) has not come, in characters. */
export const AT_LINE_MAX_CHARS = 1024;
/** Most AT bytes queued for a host that does not read; older ones are dropped, as a full UART would. */
export const AT_UNREAD_MAX_BYTES = 64 * 1024;

/** Largest payload of one usb2tcp frame, in bytes: two 1 MiB payloads of the largest programmers. */
export const USB2TCP_FRAME_MAX_BYTES = 2 * 1024 * 1024;
/** Largest device-to-host transfer the TCP door asks for at once, in bytes. */
export const TCP_READ_MAX_BYTES = 64 * 1024;
/** How long one wait of the TCP doors lasts before it looks again, in milliseconds. */
export const TCP_WAIT_MS = 60_000;

/** Largest data of one URB, in bytes: what Linux's usbfs allows in flight by default. */
export const URB_MAX_BYTES = 16 * 1024 * 1024;
/** Most URBs a USB/IP client may have queued, and their OUT data together, in bytes. */
export const URBS_QUEUED_MAX_COUNT = 4096;
export const URBS_QUEUED_MAX_BYTES = 64 * 1024 * 1024;

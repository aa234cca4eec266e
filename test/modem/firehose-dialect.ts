/** How the programmers of different chips differ, as data (edl 1c). */
export type FirehoseDialect = {
  readonly targetName: string;
  readonly memoryName: string;
  /** Largest raw transfer from the host, in bytes. */
  readonly payloadMaxBytes: number;
  /** Size of raw transfers to the host, in bytes. */
  readonly payloadToHostBytes: number;
  readonly commands: readonly string[];
  /** Does an erase compare PAGES_PER_BLOCK? The 9x07 one does not (edl 0.8): only the alignment betrays a wrong package. */
  readonly eraseChecksPagesPerBlock: boolean;
  /** What it logs when it starts. */
  readonly banner: readonly string[];
};

export const firehose9x07: FirehoseDialect = {
  targetName: '9x07',
  memoryName: 'nand',
  payloadMaxBytes: 8192,
  payloadToHostBytes: 8192,
  commands: ['program', 'configure', 'power', 'benchmark', 'read', 'getstorageinfo', 'erase', 'nop'],
  eraseChecksPagesPerBlock: false,
  banner: [
    'Host interface: USB',
    'Binary build date: Mar 14 2017 @ 11:22:33',
    'Build Version: simulated',
    'Chip serial num: 305419896 (0x12345678)',
    'Target: MDM9x07',
    'Memory type: NAND',
    'DDR: skipped',
    'Clock: initialised',
    'Watchdog: disabled',
    'MMU: enabled',
    'Crypto: SHA-256 in software',
    'VIP: validation is not enabled',
    'Buffer A at 0x08100000',
    'Buffer B at 0x08180000',
    'Transport: bulk, 512 byte packets',
    'ZLP aware host: unknown until configure',
    'Largest XML: 4096',
    'Largest payload to target: 8192',
    'Largest payload from target: 8192',
    'NAND: not opened',
    'Partition table: not read',
    'Supported Functions: program configure power benchmark read getstorageinfo erase nop ',
    'Calling usb_al_bulk_set_zlp_mode(FALSE)',
    'Waiting for commands',
  ],
};

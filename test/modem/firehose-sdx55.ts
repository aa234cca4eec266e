/**
 * The programmer of the SDX55 (edl 1c): a function a line in its list, payloads up to 1 MiB, a hash of what is in
 * flash, 0xEE where nothing is. The lines around the list are made up in its style.
 */
import type { FirehoseDialect } from './firehose-dialect.ts';

export const SDX55_FUNCTIONS = [
  ...['program', 'read', 'nop', 'patch', 'configure', 'setbootablestoragedrive', 'erase', 'power'],
  ...['firmwarewrite', 'getstorageinfo', 'benchmark', 'emmc', 'ufs', 'fixgpt', 'getsha256digest'],
];

/** The list as these programmers log it. */
export function functionList(functions: readonly string[]): readonly string[] {
  return [
    `INFO: Supported Functions (${functions.length}):`,
    ...functions.map((name) => `INFO: ${name}`),
    `INFO: End of supported functions ${functions.length}`,
  ];
}

export const firehoseSdx55: FirehoseDialect = {
  targetName: 'SDX55',
  memoryName: 'nand',
  storageName: 'NAND',
  payloadMaxBytes: 1024 * 1024,
  payloadToHostBytes: 16_384,
  commands: SDX55_FUNCTIONS,
  eraseChecksPagesPerBlock: true,
  blankByte: 0xee,
  digestIn: 'log',
  delaysPower: true,
  logAfterResponse: 'INFO: Ready for the next command',
  banner: [
    'INFO: Binary build date: Sep 21 2020 @ 10:11:12',
    'INFO: Build Version: simulated',
    'INFO: Chip serial num: 305419896 (0x12345678)',
    ...functionList(SDX55_FUNCTIONS),
  ],
};

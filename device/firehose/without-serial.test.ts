import { describe, expect, it } from 'vitest';
import { parseDocument } from './document.ts';
import { withoutSerial } from './without-serial.ts';

describe('a log', () => {
  it.each([
    ['Chip serial num: 305419896 (0x12345678)', 'Chip serial num: hidden (hidden)'],
    ['INFO: Chip Serial Number: 1a2b3c4d', 'INFO: Chip Serial Number: hidden'],
    [
      'INFO: {"storage_info": {"serial_num":305419896, "total_blocks":2048}}',
      'INFO: {"storage_info": {"serial_num":0, "total_blocks":2048}}',
    ],
    ['{"serial": "ABC 123"}', '{"serial": 0}'],
    ['ERROR 21: Line 2459: HANDLE_PROGRAM_FAILURE', 'ERROR 21: Line 2459: HANDLE_PROGRAM_FAILURE'],
    ['Skipping: bad block 0x28', 'Skipping: bad block 0x28'],
    ['serial port ready', 'serial port ready'],
  ])('%j is kept as %j', (said, kept) => {
    expect(withoutSerial(said)).toBe(kept);
  });

  it('of any document has no serial number, nor has one that nobody can read', () => {
    const documents = [
      '<?xml ?><data><log value="Chip serial num: 305419896" /></data>',
      '<?xml ?><data><log value="Chip serial num: 305419896</data>',
      'Chip serial num: 305419896</data>',
    ];
    for (const text of documents) expect(JSON.stringify(parseDocument(text))).not.toContain('305419896');
  });
});

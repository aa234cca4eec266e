import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeIdentities } from './remove-identities.ts';

describe('what names a person, a modem or a subscription', () => {
  it.each([
    ['an IMEI', '490154203237518'],
    ['an IMEI in groups', '49-015420-323751-8'],
    ['an IMEI behind its name', 'IMEI:490154203237518'],
    ['an ICCID', '89860000000000000007'],
    ['an ICCID with its check letter', '8986000000000000000F'],
    ['an IMSI', '262019876543210'],
    ['a phone number', '+49 170 1234567'],
    ['a phone number in one', '+491701234567'],
    ['a national phone number', '0170-1234567'],
    ['an e-mail address', 'jane.doe@mail.example'],
    ['a MAC address', '00:1e:42:0a:ff:1c'],
    ['an IPv4 address', '84.15.201.33'],
    ['an IPv6 address', '2a00:1028:83a0:4b1e:0:8ff:fe3a:1'],
    ['an IPv6 address as a modem writes it', '42.0.16.40.131.160.75.30.0.0.8.255.254.58.0.1'],
    ['a serial number of EDL', 'QUSB_BULK_CID:0402_SN:7AF09C11'],
    ['a password', 'password=hunter22'],
    ['a PIN', 'PIN: 4711'],
    ['a bearer token', 'Authorization: Bearer abc.DEF-123_x'],
    ['a digest or key in hex', '9f86d081884c7d659a2feaa0c55ad015'],
    ['a key in base64url', 'MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpgRRNmLJ-7w4x0aQ'],
    ['a key in armour', '-----BEGIN PRIVATE KEY----- MC4CAQAwBQYDK2Vw'],
  ])('is removed: %s', (_, identity) => {
    const clean = removeIdentities(`[000.123]: before ${identity} after`);
    expect(clean).toMatch(/^\[000\.123\]: before .*removed>.*/);
    // Nothing of it is left but its name.
    expect(clean.replace('[000.123]', '').replace('CID:0402', '')).not.toMatch(/\d{3}|hunter|jane|DEF|MC4C/);
  });

  it.each([
    '[ERROR] firmware directory is empty. Mount failed? Exiting...',
    'modem_updater -i 1-1.4 -v EC25EUGAR08A03M4G_01.200.01.200',
    'EC25EFAR06A17M4G_20.200.20.200',
    'P: /dev/bus/usb/001/012 idVendor=2c7c idProduct=0125',
    '0x0000000d 0x00022000 0x00001000',
    'md5 checking: /mnt/sda1/update/firehose/rawprogram_nand_p2K_b128K_update.xml pass',
    '<erase PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" num_partition_sectors="640" start_sector="13952" />',
    'upgrade progress 6% 13115483/208881575',
    'inf[0] ep_in -1/4096, errno = 110 (Connection timed out)',
    '2026-11-23 12:02:32 switch to EDL',
    '+CPIN: READY',
    '+CSQ: 21,99',
  ])('is not in: %s', (line) => {
    expect(removeIdentities(line)).toBe(line);
  });

  it('never survives, wherever it stands', () => {
    const digits = (min: number, max: number) =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((all) => all.join(''));
    const around = fc.string({ maxLength: 30 }).filter((text) => !/[\d.:+-]$|^[\d.:-]/.test(text));
    fc.assert(
      fc.property(around, digits(14, 20), around, (before, identity, after) => {
        expect(removeIdentities(before + identity + after)).not.toContain(identity);
      }),
    );
  });

  it('is looked for in time linear in the text', () => {
    for (const piece of ['1 ', 'a:', '+1 ', '1.', 'aA1_', 'x@', 'password=', '0x1', '1-', 'sn ']) {
      const text = piece.repeat(20_000);
      const startedMs = performance.now();
      removeIdentities(text);
      expect(performance.now() - startedMs, piece).toBeLessThan(2_000);
    }
  });
});

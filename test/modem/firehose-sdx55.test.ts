import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { deterministicBytes } from './deterministic-bytes.ts';
import type { DocumentFraming } from './firehose-voice.ts';
import type { UsbLink } from './link.ts';
import { SimulatedModem } from './modem.ts';
import type { SimulatedModemOptions } from './modem-options.ts';
import { buildProgrammer } from './programmer-format.ts';
import { command, drain, loadProgrammer, openUsb, readAnswer, receive, send, xml } from './test-host.ts';

const firmware = 'RM500QGLAAR11A03M4G_01.001.01.001';
const UEFI = { startSector: 8128, sectorCount: 704 };
const PAGE_BYTES = 4096;
const NAK = { verdict: 'NAK' };
const configure = (payloadBytes: number) =>
  `<configure MemoryName="nand" MaxPayloadSizeToTargetInBytes="${payloadBytes}" ZlpAwareHost="1" />`;
const over = (tag: string, startSector: number, sectorCount: number, pagesPerBlock = 64) =>
  `<${tag} PAGES_PER_BLOCK="${pagesPerBlock}" SECTOR_SIZE_IN_BYTES="${PAGE_BYTES}" num_partition_sectors="${sectorCount}" physical_partition_number="0" start_sector="${startSector}" />`;

let modem: SimulatedModem;

/** A link to a programmer whose banner is unread. */
async function startProgrammer(options: Partial<SimulatedModemOptions> = {}): Promise<UsbLink> {
  modem = new SimulatedModem({ firmware, timing: { secondMs: 1 }, ...options });
  modem.shortTestPoint();
  await modem.whenState(['edl-sahara'], { timeoutMs: 1000 });
  const link = openUsb(modem);
  expect(await loadProgrammer(link, buildProgrammer({ chip: modem.model.chip }))).toBe('ok');
  return link;
}

async function configured(options: Partial<SimulatedModemOptions> = {}): Promise<UsbLink> {
  const link = await startProgrammer(options);
  await drain(link);
  expect(await command(link, configure(1024 * 1024))).toMatchObject({ verdict: 'ACK' });
  return link;
}

const text = (transfers: readonly Uint8Array[]) => Buffer.concat(transfers).toString('latin1');

afterEach(() => modem.close());

describe('an RM500Q', () => {
  it('is made by the name of its firmware, and keeps EFS2 where the known package erases it', () => {
    modem = new SimulatedModem({ firmware });
    expect(modem.model).toMatchObject({ chip: 'SDX55', geometry: { pageBytes: 4096, blockCount: 2048 } });
    expect(modem.partitions.find(({ name }) => name === 'EFS2')).toMatchObject({
      role: 'protected',
      startSector: 896,
      sectorCount: 5632,
    });
    expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware, calibration: { kind: 'intact' } });
    expect(openUsb(modem)).toMatchObject({ vendorId: 0x2c7c, productId: 0x0800, interfaceCount: 5 });
  });
});

describe('the SDX55 programmer', () => {
  it('names its functions a line each', async () => {
    const said = text(await drain(await startProgrammer()));
    const names = [...said.matchAll(/<log value="INFO: (\w+)" \/>/g)].map(([, name]) => name);
    expect(said).toContain('"INFO: Supported Functions (15):"');
    expect(said).toContain('"INFO: End of supported functions 15"');
    expect(names).toHaveLength(15);
    expect(names).toEqual(expect.arrayContaining(['getsha256digest', 'patch', 'setbootablestoragedrive']));
  });

  it.each([
    [8192, 'ACK', 8192],
    [1024 * 1024, 'ACK', 1024 * 1024],
    [2 * 1024 * 1024, 'NAK', 1024 * 1024],
  ])(
    'answers a payload of %i bytes with %s and %i, and says what it can',
    async (wanted, verdict, agreed) => {
      const link = await startProgrammer();
      await drain(link);
      const answer = await command(link, configure(wanted));
      expect(answer.verdict).toBe(verdict);
      expect(answer.response).toContain(
        `MaxPayloadSizeToTargetInBytes="${agreed}" MaxPayloadSizeToTargetInBytesSupported="1048576"`,
      );
    },
  );

  it('logs after its responses, and does not listen before that was read', async () => {
    const link = await configured();
    await send(link, xml('<nop />'));
    expect(Buffer.from((await receive(link)) as Uint8Array).toString()).toContain('<response value="ACK"');
    expect(await send(link, xml('<nop />'), 5)).toBe('timeout');
    expect(text(await drain(link))).toContain('<log value=');
    expect(await send(link, xml('<nop />'))).toBe('ok');
  });

  it('programs a mebibyte in one transfer, reads it back and knows its hash', async () => {
    const link = await configured();
    const image = deterministicBytes('image', 1024 * 1024);
    await command(link, over('erase', UEFI.startSector, UEFI.sectorCount));
    expect(await command(link, over('program', UEFI.startSector, 256))).toMatchObject({ verdict: 'ACK' });
    await send(link, image);
    expect(await readAnswer(link)).toMatchObject({ verdict: 'ACK' });

    const hashed = await command(link, over('getsha256digest', UEFI.startSector, 256));
    const digest = createHash('sha256').update(image).digest('hex').toUpperCase();
    expect(hashed).toMatchObject({
      verdict: 'ACK',
      logs: expect.arrayContaining([`INFO: Digest ${digest}`]),
    });

    expect(await command(link, over('read', UEFI.startSector, 256))).toMatchObject({ verdict: 'ACK' });
    const read: Uint8Array[] = [];
    for (let bytes = 0; bytes < image.length; bytes += read.at(-1)?.length ?? 0) {
      read.push((await receive(link)) as Uint8Array);
    }
    expect(createHash('sha256').update(Buffer.concat(read)).digest('hex').toUpperCase()).toBe(digest);
    expect(await readAnswer(link)).toMatchObject({ verdict: 'ACK' });
  });

  it('reads 0xEE where nothing is', async () => {
    const link = await configured();
    await command(link, over('read', UEFI.startSector + 640, 1));
    expect(new Set((await receive(link)) as Uint8Array)).toEqual(new Set([0xee]));
  });

  it.each([
    ['an erase made for other blocks', over('erase', UEFI.startSector, 704, 128), /PAGES_PER_BLOCK'=128/],
    ['a patch, though it lists them', '<patch filename="DISK" />', /patch needs a disk/],
    ['a drive to boot from', '<setbootablestoragedrive value="1" />', /needs a disk/],
    ['a listed function that is not simulated', '<fixgpt lun="0" />', /not part of this simulation/],
    ['an unlisted one', '<peek address64="0" />', /Ignoring Unrecognized tag/],
    ['a power delay without end', '<power DelayInSeconds="61" value="reset" />', /DelayInSeconds/],
  ])('refuses %s', async (_what, element, sentence) => {
    const answer = await command(await configured(), element);
    expect(answer).toMatchObject({ ...NAK, logs: expect.arrayContaining([expect.stringMatching(sentence)]) });
  });

  it('waits as long as it was told before it resets', async () => {
    const link = await configured({ timing: { secondMs: 10 } });
    await send(link, xml('<power DelayInSeconds="3" value="reset" />'));
    expect(text(await drain(link))).toContain('ACK');
    expect(modem.state()).toBe('edl-firehose');
    expect(await modem.whenState(['normal'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
  });
});

describe('how documents travel', () => {
  async function transfersOf(framing: DocumentFraming): Promise<string[]> {
    const link = await startProgrammer({ framing });
    return (await drain(link)).map((bytes) => Buffer.from(bytes).toString('latin1'));
  }

  it('is the same stream of documents, apart, joined or cut', async () => {
    const apart = await transfersOf('apart');
    expect(apart.every((transfer) => transfer.endsWith('</data>'))).toBe(true);
    const joined = await transfersOf('joined');
    expect(joined.length).toBeLessThan(4);
    expect(joined.every((transfer) => transfer.endsWith('</data>') && transfer.length <= 4096)).toBe(true);
    const cut = await transfersOf('cut');
    expect(cut.some((transfer) => !transfer.endsWith('</data>'))).toBe(true);
    expect([joined.join(''), cut.join('')]).toEqual([apart.join(''), apart.join('')]);
  });

  it.each(['joined', 'cut'] as const)('%s: raw bytes keep transfers of their own', async (framing) => {
    const link = await configured({ framing });
    await send(link, xml(over('read', UEFI.startSector, 4)));
    const transfers = await drain(link);
    const raw = transfers.findIndex((transfer) => transfer.length === 16_384);
    expect(text(transfers.slice(0, raw))).toMatch(/rawmode="true" \/><\/data>$/);
    expect(text(transfers.slice(raw + 1))).toMatch(/^<\?xml.*<response value="ACK" rawmode="false"/);
  });

  it('joined: a response and the log after it come in one transfer', async () => {
    const link = await configured({ framing: 'joined' });
    await send(link, xml('<nop />'));
    const transfers = await drain(link);
    expect(transfers).toHaveLength(1);
    expect(text(transfers)).toMatch(/<response .*<log /);
  });
});

describe('a programmer with VIP', () => {
  it('says so and takes no command', async () => {
    const link = await startProgrammer({ faults: [{ kind: 'vip' }] });
    expect(text(await drain(link))).toContain('VIP is enabled, receiving the signed table of size 8192');
    for (const element of [configure(8192), '<nop />', '<power value="reset" />']) {
      expect(await command(link, element)).toMatchObject(NAK);
    }
    expect(modem.nand.isProgrammed(0)).toBe(true);
  });
});

describe('fault nak', () => {
  it.each([
    ['plain', '<response value="NAK" rawmode="false" />'],
    ['attempt-retry', '<response value="NAK" rawmode="false" AttemptRetry="1" />'],
    ['attempt-restart', '<response value="NAK" rawmode="false" AttemptRestart="1" />'],
  ] as const)('%s', async (form, response) => {
    const link = await configured({ faults: [{ kind: 'nak', command: 'nop', occurrence: 1, form }] });
    expect((await command(link, '<nop />')).response).toContain(response);
    expect(await command(link, '<nop />')).toMatchObject({ verdict: 'ACK' });
  });
});

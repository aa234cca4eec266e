import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../shared/bytes.ts';
import { FIREHOSE_XML_MAX_BYTES } from '../../shared/limits.ts';
import { commandDocument, parseDocument } from './document.ts';

const document = (inside: string) => `<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n${inside}\n</data>`;
const textOf = (tag: string, attributes: readonly (readonly [string, string])[]) =>
  fromUtf8(commandDocument(tag, attributes));

describe('a command', () => {
  it('is written as primitive parsers need it (edl 1c)', () => {
    expect(
      textOf('erase', [
        ['start_sector', '0'],
        ['num_partition_sectors', '640'],
      ]),
    ).toBe(
      '<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n<erase start_sector="0" num_partition_sectors="640" />\n</data>',
    );
    expect(textOf('nop', [])).toContain('<nop />');
  });

  it('keeps the order of its attributes', () => {
    const attributes = ['b', 'a', 'c'].map((name) => [name, '1'] as const);
    expect(textOf('erase', attributes)).toContain('<erase b="1" a="1" c="1" />');
  });

  it('escapes what would end an attribute', () => {
    expect(textOf('x', [['v', '"<&>']])).toContain('v="&quot;&lt;&amp;&gt;"');
  });

  it('is never a multiple of the USB packet, which would need an empty transfer behind it', () => {
    for (let length = 400; length < 1100; length++) {
      expect(commandDocument('x', [['v', 'y'.repeat(length)]]).length % 512).not.toBe(0);
    }
  });

  it('beyond what programmers read is a bug', () => {
    expect(() => commandDocument('x', [['v', 'y'.repeat(FIREHOSE_XML_MAX_BYTES)]])).toThrow('a x command of');
  });
});

describe('a document from the programmer', () => {
  it.each([
    ['ACK', '<response value="ACK" />', { acknowledged: true, rawMode: false, attributes: { value: 'ACK' } }],
    [
      'NAK',
      '<response value="NAK" />',
      { acknowledged: false, rawMode: false, attributes: { value: 'NAK' } },
    ],
    [
      'raw mode',
      '<response value="ACK" rawmode="true" />',
      { acknowledged: true, rawMode: true, attributes: { value: 'ACK', rawmode: 'true' } },
    ],
    [
      'a NAK with a payload',
      '<response value="NAK" MaxPayloadSizeToTargetInBytes="4096" />',
      {
        acknowledged: false,
        rawMode: false,
        attributes: { value: 'NAK', MaxPayloadSizeToTargetInBytes: '4096' },
      },
    ],
    ['a response without a value', '<response />', { acknowledged: false, rawMode: false, attributes: {} }],
    ['a value that is not ACK', '<response value="ack" />', { acknowledged: false }],
  ])('with %s is read', (_, inside, response) => {
    const parsed = parseDocument(document(inside));
    expect(parsed).toMatchObject({ ok: true, value: { logs: [] } });
    if (Object.keys(response).length > 1) expect(parsed.ok && parsed.value.response).toEqual(response);
    else expect(parsed.ok && parsed.value.response?.acknowledged).toBe(false);
  });

  it.each([
    [
      'plain',
      '<log value="Erasing start sector 0, num sectors 0" />',
      ['Erasing start sector 0, num sectors 0'],
    ],
    [
      'with entities',
      '<log value="a &lt;b&gt; &quot;c&quot; &apos;d&apos; &amp;lt;" />',
      ['a <b> "c" \'d\' &lt;'],
    ],
    ['with a bare <', '<log value="size < 4096" />', ['size < 4096']],
    ['with a bare &', '<log value="R&D" />', ['R&D']],
    ['with a comment mark', '<log value="x <!-- y" />', ['x <!-- y']],
    [
      'in single quotes with double ones',
      `<log value='INFO: {"storage_info": 1}' />`,
      ['INFO: {"storage_info": 1}'],
    ],
    ['with bare quotes', '<log value="ERROR: "x" is "y"" />', ['ERROR: "x" is "y"']],
    [
      'with an element inside',
      `<log value='a <response value="ACK" /> b' />`,
      ['a <response value="ACK" /> b'],
    ],
    ['closed the long way', '<log value="a"></log>', ['a']],
    ['and text beside them', 'INFO: x\n<log value="a" /> y', ['INFO: x', 'a', 'y']],
    ['of several elements', '<log value="a" />\n<log value="b" />', ['a', 'b']],
    ['without a value', '<log />', ['']],
    ['none', '', []],
  ])('has logs %s', (_, inside, logs) => {
    expect(parseDocument(document(inside))).toEqual({ ok: true, value: { logs, response: null } });
  });

  it('may have logs beside its response, and bytes before its declaration', () => {
    expect(parseDocument(`\0\r\n${document('<log value="a" /><response value="ACK" />')}`)).toMatchObject({
      ok: true,
      value: { logs: ['a'], response: { acknowledged: true } },
    });
  });

  it.each([
    ['no declaration', '<data><response value="ACK" /></data>', 'no XML declaration'],
    ['no data', '<?xml version="1.0" ?><patches></patches>', 'no <data>'],
    ['another element', document('<sig value="0" />'), '<sig>'],
    ['two responses', document('<response value="ACK" /><response value="NAK" />'), 'two responses'],
    ['a response that is cut', document('<response value="ACK"'), 'not XML'],
    ['a response with an attribute twice', document('<response value="ACK" value="NAK" />'), 'not XML'],
  ])('with %s is refused', (_, xml, why) => {
    expect(parseDocument(xml)).toMatchObject({
      ok: false,
      failure: { reason: 'firehose-document-invalid', why: expect.stringContaining(why) },
    });
  });

  it('is never taken for an ACK when it holds none', () => {
    const piece = fc.constantFrom(
      '<log value="ACK" />',
      '<log value="<response value=ACK" />',
      '<response value="NAK" />',
      '<response rawmode="true" />',
      '<!-- <response value="ACK" /> -->',
      'ACK',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const parsed = parseDocument(document(pieces.join('')));
        expect(parsed.ok && parsed.value.response?.acknowledged === true).toBe(false);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logDocument, parseFirehoseXml, responseDocument } from './firehose-xml.ts';

const name = fc.stringMatching(/^[A-Za-z_]\w{0,20}$/);
const value = fc.stringMatching(/^[\w .\\/:-]{0,40}$/);
const attributes = fc.uniqueArray(fc.tuple(name, value), { maxLength: 12, selector: ([key]) => key });

/** As hosts write it; `inner` and `end` vary what the primitive parser is picky about. */
function write(
  tag: string,
  pairs: readonly (readonly [string, string])[],
  form = { inner: ' ', end: ' />' },
): Buffer {
  const written = pairs.map(([key, text]) => `${form.inner}${key}="${text}"`).join('');
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n<${tag}${written}${form.end}\n</data>`,
  );
}

describe('Firehose XML', () => {
  it('reads every command in the form hosts write', () => {
    fc.assert(
      fc.property(name, attributes, (tag, pairs) => {
        expect(parseFirehoseXml(write(tag, pairs))).toEqual({
          ok: true,
          value: { tag, attributes: new Map(pairs) },
        });
      }),
    );
  });

  it.each([
    ['a closing tag', { inner: ' ', end: '></nop>' }],
    ['two spaces behind the tag', { inner: '  ', end: ' />' }],
    ['a line break behind the tag', { inner: '\n', end: ' />' }],
  ])('refuses every command with %s', (_what, form) => {
    const someAttributes = attributes.filter((pairs) => pairs.length > 0);
    fc.assert(
      fc.property(name, someAttributes, (tag, pairs) => {
        expect(parseFirehoseXml(write(tag, pairs, form)).ok).toBe(false);
      }),
    );
  });

  it.each([
    ['without encoding', '<?xml version="1.0" ?><data><nop /></data>'],
    [
      'with two spaces between attributes',
      '<?xml version="1.0" ?><data><power DelayInSeconds="10"  value="reset" /></data>',
    ],
    [
      'without a space behind its last attribute',
      '<?xml version="1.0" ?><data><power value="reset"/></data>',
    ],
    ['with a line break or zeros behind it', '<?xml version="1.0" ?><data><nop /></data>\n\0\0'],
  ])('reads a command %s', (_what, text) => {
    expect(parseFirehoseXml(Buffer.from(text)).ok).toBe(true);
  });

  it.each([
    ['a bare tag without a space behind it', '<nop/>'],
    ['a tag of 65 characters', `<${'t'.repeat(65)} />`],
    ['an attribute name of 65 characters', `<nop ${'n'.repeat(65)}="1" />`],
    ['a value of 257 characters', `<nop n="${'v'.repeat(257)}" />`],
    ['33 attributes', `<nop ${Array.from({ length: 33 }, (_, i) => `a${i}="1"`).join(' ')} />`],
  ])('refuses %s', (_what, element) => {
    const document = Buffer.from(`<?xml version="1.0" ?><data>${element}</data>`);
    expect(parseFirehoseXml(document)).toMatchObject({ ok: false, failure: { reason: 'xml-malformed' } });
  });

  it('answers any bytes with a value', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(name, attributes, fc.nat(200), fc.uint8Array({ maxLength: 3 }))
        .map(([tag, pairs, at, bytes]) => {
          const document = write(tag, pairs);
          return Buffer.concat([document.subarray(0, at), bytes, document.subarray(at + 1)]);
        }),
    );
    fc.assert(fc.property(noise, (bytes) => typeof parseFirehoseXml(bytes).ok === 'boolean'));
  });

  it('writes one document a log or response, with the value escaped', () => {
    expect(Buffer.from(logDocument('a "b" <c> & d')).toString()).toBe(
      '<?xml version="1.0" encoding="UTF-8" ?><data><log value="a &quot;b&quot; &lt;c&gt; &amp; d" /></data>',
    );
    expect(Buffer.from(responseDocument('ACK', { rawmode: 'true' })).toString()).toBe(
      '<?xml version="1.0" encoding="UTF-8" ?><data><response value="ACK" rawmode="true" /></data>',
    );
  });
});

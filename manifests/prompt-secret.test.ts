import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { promptSecret } from './prompt-secret.ts';

class FakeTerminal extends EventEmitter {
  readonly modes: boolean[] = [];
  setRawMode(isRaw: boolean): this {
    this.modes.push(isRaw);
    return this;
  }
  setEncoding(): this {
    return this;
  }
  resume(): this {
    return this;
  }
  pause(): this {
    return this;
  }
}

async function type(...texts: string[]) {
  const terminal = new FakeTerminal();
  let shown = '';
  const answer = promptSecret('Passphrase: ', terminal as unknown as NodeJS.ReadStream, {
    write: (text) => {
      shown += text;
    },
  });
  for (const text of texts) terminal.emit('data', text);
  return { answer: await answer, shown, modes: terminal.modes };
}

describe('the passphrase prompt', () => {
  it.each([
    ['a line', ['correct horse\r'], 'correct horse'],
    ['a line key by key', ['a', 'b', 'c', '\n'], 'abc'],
    ['a slip taken back', ['abx\u007fc\r'], 'abc'],
    ['letters beyond ASCII', ['gr\u00fcn\u{1f511}\u007f\r'], 'gr\u00fcn'],
    ['Ctrl-C', ['abc\u0003'], ''],
  ])('reads %s, shows none of it, and leaves the terminal as it was', async (_, texts, expected) => {
    const { answer, shown, modes } = await type(...texts);
    expect(answer).toBe(expected);
    expect(shown).toBe('Passphrase: \n');
    expect(modes).toEqual([true, false]);
  });
});

/** Reads one line from a terminal without showing it. */
import { PASSPHRASE_MAX_CHARS } from './limits.ts';

type Terminal = Pick<NodeJS.ReadStream, 'setRawMode' | 'setEncoding' | 'resume' | 'pause' | 'on' | 'off'>;

const INTERRUPT = '\u0003';
const END = '\u0004';
const BACKSPACES = ['\u007f', '\b'];

/** Ctrl-C and Ctrl-D give an empty answer. */
export function promptSecret(
  question: string,
  input: Terminal,
  output: { readonly write: (text: string) => unknown },
): Promise<string> {
  output.write(question);
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.resume();
  return new Promise((resolve) => {
    let typed = '';
    const finish = (answer: string) => {
      input.off('data', onData);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      resolve(answer);
    };
    const onData = (text: string) => {
      for (const key of text) {
        if (key === '\r' || key === '\n') return finish(typed);
        if (key === INTERRUPT || key === END) return finish('');
        if (BACKSPACES.includes(key)) typed = [...typed].slice(0, -1).join('');
        // One more than is taken, so that it is told from one that was cut.
        else if (typed.length <= PASSPHRASE_MAX_CHARS) typed += key;
      }
    };
    input.on('data', onData);
  });
}

/** What a colour says, and with it a shape. */
export type Tone = 'good' | 'bad' | 'unsure' | 'plain';
